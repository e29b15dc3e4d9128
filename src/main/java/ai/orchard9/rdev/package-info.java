/// The application: wires the rooms, holds no logic. May import every room.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev;
