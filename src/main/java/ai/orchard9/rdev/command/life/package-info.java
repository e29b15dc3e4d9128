/// The life of a project: each change of a command's status, numbered. May import ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.command.life;
