/// Follow one command, or the life of a project: server-sent events and exact output. May import
/// core and below.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.stream;
