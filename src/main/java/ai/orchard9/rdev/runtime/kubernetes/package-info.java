/// Projects are pods, sessions are execs in them. The only room that knows fabric8. May import
/// `runtime`.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.runtime.kubernetes;
