/// Projects are directories of this machine, sessions its processes. May import `runtime`.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.runtime.local;
