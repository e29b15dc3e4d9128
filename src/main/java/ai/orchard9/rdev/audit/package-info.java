/// What was done, by whom, with what outcome, on a record that shows tampering. May import the
/// ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.audit;
