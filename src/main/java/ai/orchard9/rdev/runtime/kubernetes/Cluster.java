package ai.orchard9.rdev.runtime.kubernetes;

import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import java.io.File;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The few calls that we make to the API server: list, watch and get pods, and exec. The rights to
/// these are all that the service account needs.
final class Cluster implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(3);

  /// Below the 5 s that an answer of ours may take.
  private static final Duration REQUEST = Duration.ofSeconds(4);

  /// One call for most namespaces; a page of the largest pods still fits the heap.
  private static final long PAGE = 1000;

  private final KubernetesClient client;
  private final String namespace;

  /// @param version where a watch goes on after this list
  record Pods(List<PodView> pods, String version) {}

  Cluster(KubernetesConfig settings) {
    this.namespace = settings.namespace();
    this.client =
        new KubernetesClientBuilder()
            .withConfig(config(settings))
            .withHttpClientFactory(new OkHttpClientFactory())
            .build();
  }

  private static Config config(KubernetesConfig settings) {
    var found =
        settings.kubeconfig().isEmpty()
            ? Config.autoConfigure(null)
            : Config.fromKubeconfig(new File(settings.kubeconfig()));
    return new ConfigBuilder(found)
        .withNamespace(settings.namespace())
        .withConnectionTimeout(Math.toIntExact(CONNECT.toMillis()))
        .withRequestTimeout(Math.toIntExact(REQUEST.toMillis()))
        // Trying again is the circuit breaker's and the caller's business.
        .withRequestRetryBackoffLimit(0)
        .withWebsocketPingInterval(settings.ping().toMillis())
        .build();
  }

  Pods list() throws RuntimeUnavailableException {
    try {
      var pods = new ArrayList<PodView>();
      var version = "";
      @Nullable String next = null;
      do {
        PodList page = marked(options(next));
        page.getItems().forEach(it -> pods.add(PodView.of(it)));
        version = page.getMetadata().getResourceVersion();
        next = page.getMetadata().getContinue();
      } while (next != null && !next.isEmpty());
      return new Pods(pods, version);
    } catch (KubernetesClientException e) {
      throw unavailable("pods cannot be listed", e);
    }
  }

  private PodList marked(ListOptions options) {
    return client.pods().inNamespace(namespace).withLabel(PodView.MARK, "true").list(options);
  }

  private static ListOptions options(@Nullable String next) {
    return new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build();
  }

  Watch watch(String version, Watcher<Pod> watcher) {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel(PodView.MARK, "true")
        .watch(
            new ListOptionsBuilder()
                .withResourceVersion(version)
                .withAllowWatchBookmarks(true)
                .build(),
            watcher);
  }

  /// A pod as it is now, straight from the API server.
  ///
  /// @param container the one to look at
  Optional<PodView> get(String name, String container) throws RuntimeUnavailableException {
    try {
      return Optional.ofNullable(client.pods().inNamespace(namespace).withName(name).get())
          .map(it -> PodView.of(it, container));
    } catch (KubernetesClientException e) {
      throw unavailable("pod " + name + " cannot be read", e);
    }
  }

  /// What carries WebSockets, with our credentials.
  HttpClient http() {
    return client.getHttpClient();
  }

  /// The address of a pod, without a slash at the end.
  String pod(String name) {
    return client.getMasterUrl() + "api/v1/namespaces/" + namespace + "/pods/" + name;
  }

  private static RuntimeUnavailableException unavailable(String what, KubernetesClientException e) {
    var reason =
        e.getCode() == 403 ? "forbidden: " + e.getMessage() : String.valueOf(e.getMessage());
    return new RuntimeUnavailableException(what + ": " + reason, e);
  }

  @Override
  public void close() {
    client.close();
  }
}
