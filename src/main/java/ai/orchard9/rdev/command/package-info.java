/// What was asked and what became of it. May import project, the guards and the ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.command;
