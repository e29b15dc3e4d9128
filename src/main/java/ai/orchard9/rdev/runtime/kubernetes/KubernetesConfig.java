package ai.orchard9.rdev.runtime.kubernetes;

import java.time.Duration;

/// Where the cluster's projects are.
///
/// @param kubeconfig the file with its address and our credentials; empty: they are found as
///   `kubectl` finds them, in `KUBECONFIG`, `~/.kube/config`, or by the service account of the pod
///   that we run in
/// @param namespace whose pods are looked at
/// @param spoolRoot where commands are kept in pods; empty: `/tmp/.rdev`, else `/dev/shm/.rdev`
/// @param ping how often idle connections are tried; load balancers cut them after a minute or less
public record KubernetesConfig(
    String kubeconfig, String namespace, String spoolRoot, Duration ping) {
  /// How often idle connections are tried, unless said otherwise.
  public static final Duration PING = Duration.ofSeconds(20);
}
