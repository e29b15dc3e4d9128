/// What commands did, minute by minute, counted once and kept for a week. May import ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.command.history;
