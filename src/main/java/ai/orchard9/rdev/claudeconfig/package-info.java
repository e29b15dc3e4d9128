/// The files that a project's agent reads: commands, skills and agents in `.claude` of its work
/// directory. May import the ground, the guards and `project`.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.claudeconfig;
