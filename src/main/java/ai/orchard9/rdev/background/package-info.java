/// Loops that tick, survive and stop. Imports no other room.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.background;
