/// What operators can do at the admin port, one class each. May import what `ops` may.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.ops.task;
