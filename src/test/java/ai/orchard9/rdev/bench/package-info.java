/// Measurements, run by `mvn -Pbench verify`: each prints a table and puts it into
/// `docs/benchmarks.md`, beside the same done bare.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.bench;
