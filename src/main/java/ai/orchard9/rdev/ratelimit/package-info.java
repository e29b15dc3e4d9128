/// How often a key may call, on all replicas together, and every limit that can be moved while the
/// service runs. May import audit and the ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.ratelimit;
