package ai.orchard9.rdev.testing.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Pods, each with the version of its last change, and all changes since the last compaction.
final class PodStore {
  private static final int FIRST_VERSION = 1_000;

  private final SortedMap<String, Stored> pods = new TreeMap<>();
  private final List<Change> changes = new ArrayList<>();
  private long version = FIRST_VERSION;
  private long compacted;
  private int epoch;

  record Stored(Pod pod, String json, long version) {
    static Stored of(Pod pod, long version) {
      var stamped =
          new PodBuilder(pod)
              .editMetadata()
              .withResourceVersion(Long.toString(version))
              .endMetadata()
              .build();
      return new Stored(stamped, Statuses.json(stamped), version);
    }
  }

  /// @param before the pod as it was, absent when it is new
  /// @param after the pod as it is, or as it was at its end
  record Change(long version, @Nullable Stored before, Stored after, boolean deleted) {}

  /// A moment's whole content.
  record Snapshot(long version, int epoch, List<Stored> pods) {}

  /// The version is not known any more.
  static final class GoneException extends Exception {
    private static final long serialVersionUID = 1;

    GoneException(String message) {
      super(message);
    }
  }

  synchronized void put(Pod pod) {
    version++;
    var after = Stored.of(pod, version);
    var before = pods.put(pod.getMetadata().getName(), after);
    changes.add(new Change(version, before, after, false));
    notifyAll();
  }

  synchronized void remove(String name) {
    var before = pods.remove(name);
    if (before != null) {
      version++;
      changes.add(new Change(version, before, Stored.of(before.pod(), version), true));
      notifyAll();
    }
  }

  synchronized Optional<Pod> find(String name) {
    return Optional.ofNullable(pods.get(name)).map(Stored::pod);
  }

  synchronized Optional<String> json(String name) {
    return Optional.ofNullable(pods.get(name)).map(Stored::json);
  }

  synchronized Snapshot snapshot(Selector selector) {
    var chosen = pods.values().stream().filter(it -> selector.matches(it.pod())).toList();
    return new Snapshot(version, epoch, chosen);
  }

  synchronized long version() {
    return version;
  }

  synchronized int epoch() {
    return epoch;
  }

  /// Forgets all changes: who asks for an older version than the present one gets 410.
  synchronized void compact() {
    changes.clear();
    compacted = version;
    notifyAll();
  }

  /// Starts anew with the same pods, small versions and no past.
  synchronized void lose() {
    epoch++;
    version = 0;
    compacted = 0;
    changes.clear();
    pods.replaceAll((_, it) -> Stored.of(it.pod(), ++version));
    compacted = version;
    notifyAll();
  }

  synchronized void check(long since) throws GoneException {
    if (since < compacted || since > version) {
      throw new GoneException("too old resource version: " + since + " (" + version + ")");
    }
  }

  /// Waits for changes after a version.
  ///
  /// @return none when there are none in time
  /// @throws GoneException they are forgotten
  synchronized List<Change> after(long since, int knownEpoch, long millis)
      throws GoneException, InterruptedException {
    var deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (epoch == knownEpoch && since == version) {
      var left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        return List.of();
      }
      wait(left);
    }
    if (epoch != knownEpoch) {
      throw new GoneException("the state is lost");
    }
    check(since);
    return changes.stream().filter(it -> it.version() > since).toList();
  }
}
