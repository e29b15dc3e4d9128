/// The queue: who waits, in which order, who may start, and what became of it. May import ground,
/// guards, projects and the rooms of `command` except its root.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.command.queue;
