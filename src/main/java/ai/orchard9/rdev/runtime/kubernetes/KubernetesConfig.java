package ai.orchard9.rdev.runtime.kubernetes;

import java.time.Duration;

/// Where the cluster's projects are. Its address and our credentials are found as `kubectl` finds
/// them: `KUBECONFIG`, `~/.kube/config`, or the service account of the pod we run in.
///
/// @param namespace whose pods are looked at
/// @param spoolRoot where commands are kept in pods; empty: `/tmp/.rdev`, else `/dev/shm/.rdev`
/// @param ping how often idle connections are tried; load balancers cut them after a minute or less
public record KubernetesConfig(String namespace, String spoolRoot, Duration ping) {
  /// How often idle connections are tried, unless said otherwise.
  public static final Duration PING = Duration.ofSeconds(20);
}
