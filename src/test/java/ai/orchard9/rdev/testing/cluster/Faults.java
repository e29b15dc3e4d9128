package ai.orchard9.rdev.testing.cluster;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// What is to go wrong, until [#clear]. Any thread may ask for it at any time.
public final class Faults {
  /// Which calls.
  public enum Kind {
    LIST,
    WATCH,
    GET,
    EXEC
  }

  /// How an exec lies.
  public enum Lie {
    /// The connection is closed without a status frame.
    NO_STATUS,
    /// The status frame comes before all output.
    STATUS_FIRST,
    /// Bytes that are no frame.
    GARBAGE,
    /// A frame of channel 9.
    UNKNOWN_CHANNEL,
    /// Upgraded, and silent from then on.
    HANG
  }

  private final FakeCluster cluster;
  private final Map<Kind, Integer> statuses = new EnumMap<>(Kind.class);
  private final Set<Kind> hanging = EnumSet.noneOf(Kind.class);
  private final Set<String> forbidden = new HashSet<>();
  private Optional<Lie> lie = Optional.empty();
  private Duration execDelay = Duration.ZERO;
  private LongSupplier cutAfter = () -> Long.MAX_VALUE;

  Faults(FakeCluster cluster) {
    this.cluster = cluster;
  }

  /// Nothing goes wrong any more.
  public synchronized void clear() {
    statuses.clear();
    hanging.clear();
    forbidden.clear();
    lie = Optional.empty();
    execDelay = Duration.ZERO;
    cutAfter = () -> Long.MAX_VALUE;
    notifyAll();
  }

  /// Answers such calls with this status.
  public synchronized void answer(Kind kind, int status) {
    statuses.put(kind, status);
  }

  /// Does not answer such calls before [#clear].
  public synchronized void hang(Kind kind) {
    hanging.add(kind);
  }

  /// The service account may not do this, as `create` on `pods/exec`.
  public synchronized void forbid(String verb, String resource) {
    forbidden.add(verb + " " + resource);
  }

  /// Each exec lies so.
  public synchronized void lie(Lie how) {
    lie = Optional.of(how);
  }

  /// Each exec takes so long to be opened.
  public synchronized void delayExecs(Duration delay) {
    execDelay = delay;
  }

  /// Each exec is cut after as many bytes to the client as are drawn for it.
  public synchronized void cutExecsAfter(LongSupplier bytes) {
    cutAfter = bytes;
  }

  /// Cuts all open execs now. What runs in the pods runs on.
  public void cutExecs() {
    cluster.cutExecs();
  }

  /// Forgets all events: who watches from before is told that it is gone.
  public void compact() {
    cluster.compact();
  }

  /// Restarts with versions that begin anew; the pods are there still.
  public void loseState() {
    cluster.loseState();
  }

  synchronized Optional<Integer> status(Kind kind) {
    return Optional.ofNullable(statuses.get(kind));
  }

  synchronized void awaitNoHang(Kind kind) throws InterruptedException {
    while (hanging.contains(kind)) {
      wait();
    }
  }

  synchronized boolean isForbidden(String verb, String resource) {
    return forbidden.contains(verb + " " + resource);
  }

  synchronized Optional<Lie> lie() {
    return lie;
  }

  synchronized Duration execDelay() {
    return execDelay;
  }

  synchronized long drawCut() {
    return cutAfter.getAsLong();
  }
}
