/// A Kubernetes API server for tests, over real containers of this machine, with faults on demand.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.testing.cluster;
