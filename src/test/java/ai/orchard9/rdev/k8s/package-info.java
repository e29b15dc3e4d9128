/// Whether `k8s/` says what the cluster, the runbooks and the server expect.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.k8s;
