@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.runtime;
