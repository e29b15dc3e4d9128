/// A Kubernetes API server for tests, over real processes in a real container per pod.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.testing.cluster;
