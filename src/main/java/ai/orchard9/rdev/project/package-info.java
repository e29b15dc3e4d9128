/// What may be worked in: the projects that the runtime shows. May import the ground and the
/// guards.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.project;
