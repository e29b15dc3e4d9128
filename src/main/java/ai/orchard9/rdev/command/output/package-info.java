/// What commands printed: recorded in chunks, read back as bytes or as events. May import ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.command.output;
