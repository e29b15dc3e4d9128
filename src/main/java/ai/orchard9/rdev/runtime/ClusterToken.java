package ai.orchard9.rdev.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/// When the token ends that a pod shows to the cluster. The kubelet replaces it long before (at 80
/// % of its life); if it does not, the cluster refuses every call from then on.
public final class ClusterToken {
  /// Where the kubelet puts it (Kubernetes, "Configure Service Accounts for Pods").
  public static final Path MOUNTED = Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token");

  private static final ObjectMapper JSON = new ObjectMapper();

  private ClusterToken() {}

  /// Registers `rdev_cluster_token_expiry_timestamp_seconds`, which is there whatever the runtime.
  ///
  /// @param file read at each scrape
  public static void register(PrometheusRegistry registry, Path file) {
    GaugeWithCallback.builder()
        .name("rdev_cluster_token_expiry_timestamp_seconds")
        .help("When the token ends that this server shows to the cluster; +Inf: it shows none")
        .callback(callback -> callback.call(expiry(file)))
        .register(registry);
  }

  /// Seconds since 1970, or infinity for no token that ends (RFC 7519, section 4.1.4).
  static double expiry(Path file) {
    try {
      var parts = Files.readString(file).split("\\.", -1);
      var claims = parts.length == 3 ? Base64.getUrlDecoder().decode(parts[1]) : new byte[] {'0'};
      var ends = JSON.readTree(claims).path("exp");
      return ends.isNumber() ? ends.asDouble() : Double.POSITIVE_INFINITY;
    } catch (IOException | IllegalArgumentException none) {
      return Double.POSITIVE_INFINITY;
    }
  }
}
