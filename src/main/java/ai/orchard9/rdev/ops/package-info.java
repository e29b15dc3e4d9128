/// The operator's view: health, readiness, metrics. May import every room but the other wings.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.ops;
