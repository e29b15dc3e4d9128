/// Makes commands happen. May import `command`, `project` and the ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.execution;
