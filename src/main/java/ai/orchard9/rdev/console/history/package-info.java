/// What servers saw of themselves, minute by minute, kept for a week. May import ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.console.history;
