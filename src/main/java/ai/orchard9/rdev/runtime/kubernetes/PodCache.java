package ai.orchard9.rdev.runtime.kubernetes;

import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pods as the last list and the watch since show them. Each list begins a new watch where it
/// stands: what a watch has missed, for whatever reason, is right again with the next list.
final class PodCache implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PodCache.class);

  /// Changes come in bursts: a restart of a pod is five or more.
  private static final Duration GATHER = Duration.ofMillis(20);

  /// After a watch has ended; so long, also, between attempts to list.
  private static final Duration RELIST = Duration.ofSeconds(1);

  private final Cluster cluster;
  private final ClusterBreaker.Call<Listing> asking;
  private final Counter failures;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("pod-watch").factory());
  private final Map<String, PodView> pods = new HashMap<>();
  private Consumer<Listing> listener = _ -> {};
  private long version;
  private int generation;
  private boolean telling;
  private @Nullable Watch watch;

  /// @param guard what calls to the cluster go through
  PodCache(Cluster cluster, ClusterBreaker guard, PrometheusRegistry registry) {
    this.cluster = cluster;
    this.asking = () -> guard.run(this::ask);
    this.failures =
        Counter.builder()
            .name("rdev_pod_watch_failures_total")
            .help("Watches of pods that could not begin or go on")
            .register(registry);
  }

  synchronized void listen(Consumer<Listing> changed) {
    listener = changed;
  }

  /// Asks the cluster.
  Listing list() throws RuntimeUnavailableException {
    return asking.run();
  }

  private Listing ask() throws RuntimeUnavailableException {
    var listed = cluster.list();
    synchronized (this) {
      pods.clear();
      listed.pods().forEach(it -> pods.put(it.uid(), it));
      version++;
      var mine = ++generation;
      later(Duration.ZERO, () -> watch(mine, listed.version()));
      return Projects.of(version, pods.values());
    }
  }

  /// On the one thread, so that watches are begun and ended in order.
  private void watch(int mine, String from) {
    var former = watch;
    if (former != null) {
      former.close();
      watch = null;
    }
    if (!isCurrent(mine)) {
      return;
    }
    try {
      watch = cluster.watch(from, new Events(mine));
    } catch (KubernetesClientException e) {
      // The next list tries again; until then the list alone keeps us informed.
      failures.inc();
      LOG.atWarn().setCause(e).log("pods cannot be watched");
    }
  }

  private synchronized boolean isCurrent(int mine) {
    return mine == generation;
  }

  private synchronized void apply(int mine, Watcher.Action action, Pod pod) {
    if (mine != generation) {
      return;
    }
    switch (action) {
      case ADDED, MODIFIED -> pods.put(pod.getMetadata().getUid(), PodView.of(pod));
      case DELETED -> pods.remove(pod.getMetadata().getUid());
      default -> {
        return;
      }
    }
    version++;
    if (!telling) {
      telling = true;
      later(GATHER, this::tell);
    }
  }

  /// What a watch that ended has missed is told by a list.
  private void relist(int mine) {
    if (!isCurrent(mine)) {
      return;
    }
    try {
      var listing = asking.run();
      told().accept(listing);
    } catch (RuntimeUnavailableException e) {
      failures.inc();
      later(RELIST, () -> relist(mine));
    }
  }

  private synchronized Consumer<Listing> told() {
    return listener;
  }

  private void tell() {
    Listing listing;
    synchronized (this) {
      telling = false;
      listing = Projects.of(version, pods.values());
    }
    told().accept(listing);
  }

  private void later(Duration delay, Runnable task) {
    try {
      var _ = thread.schedule(() -> guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.atDebug().log("pods are not watched any more");
    }
  }

  @SuppressWarnings("CatchingUnchecked") // The edge of a thread.
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      failures.inc();
      LOG.atError().setCause(e).log("watching pods failed; the next list begins anew");
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      generation++;
    }
    thread.shutdownNow();
  }

  private final class Events implements Watcher<Pod> {
    private final int mine;

    Events(int mine) {
      this.mine = mine;
    }

    @Override
    public void eventReceived(Action action, Pod pod) {
      if (action != Action.BOOKMARK) {
        apply(mine, action, pod);
      }
    }

    @Override
    public boolean reconnecting() {
      return true;
    }

    @Override
    public void onClose(WatcherException cause) {
      LOG.atInfo().addKeyValue("reason", cause.getMessage()).log("watch of pods ended");
      later(RELIST, () -> relist(mine));
    }
  }
}
