/// What a command is, as its row tells it, and the parts of statements that all who change rows
/// share. May import ground, guards and [ai.orchard9.rdev.command.life].
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.command.model;
