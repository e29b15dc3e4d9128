package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Everything that can go wrong, on demand: first for which calls, then what, as in
/// `faults().execs().next(3).closeWithoutStatus()`. All threads may use it.
public final class Faults {
  private final FakeCluster cluster;
  private final List<Fault> active = new CopyOnWriteArrayList<>();
  private final Set<String> forbidden = ConcurrentHashMap.newKeySet();
  private volatile boolean goneAsHttpStatus;

  Faults(FakeCluster cluster) {
    this.cluster = cluster;
  }

  enum Kind {
    LIST,
    GET,
    WATCH,
    EXEC,
    OTHER
  }

  /// A fault that is in force until its calls are used up or it is cleared.
  public final class Fault {
    private final Set<Kind> kinds;
    private final AtomicInteger left;
    private final Effect effect;

    private Fault(Set<Kind> kinds, int calls, Effect effect) {
      this.kinds = kinds;
      this.left = new AtomicInteger(calls);
      this.effect = effect;
    }

    /// Ends it; calls that it holds up stay held up.
    public void clear() {
      active.remove(this);
    }

    /// How many more calls it is for.
    public int left() {
      return Math.max(0, left.get());
    }

    private boolean applies(Kind kind) {
      return kinds.contains(kind) && left.getAndUpdate(it -> Math.max(0, it - 1)) > 0;
    }
  }

  /// Which calls shall go wrong; for ever, unless `next` or `once` says otherwise.
  public final class Calls {
    private final Set<Kind> kinds;
    private final int calls;

    private Calls(Set<Kind> kinds, int calls) {
      this.kinds = kinds;
      this.calls = calls;
    }

    /// Only so many of them.
    public Calls next(int number) {
      return new Calls(kinds, number);
    }

    /// Only one.
    public Calls once() {
      return next(1);
    }

    /// The connection is reset instead of an answer.
    public Fault refuse() {
      return add(new Effect.Refuse());
    }

    /// An HTTP status with a body; one that starts with a brace is JSON, any other plain text.
    public Fault answer(int status, String body) {
      return add(new Effect.Answer(status, body));
    }

    /// No answer while the connection lasts.
    public Fault hang() {
      return add(new Effect.Hang());
    }

    /// An exec's 101, no process and nothing more.
    public Fault hangOpen() {
      return add(new Effect.HangOpen());
    }

    /// The answer, and an exec's 101, come later.
    public Fault delay(Duration duration) {
      return add(new Effect.Delay(duration));
    }

    /// At most so many bytes in a second.
    public Fault slow(int bytesPerSecond) {
      return add(new Effect.Slow(bytesPerSecond));
    }

    /// The connection ends after so many bytes: of the whole answer, or of what follows a 101.
    public Fault cutAfter(long bytes) {
      return add(new Effect.CutAfter(() -> bytes));
    }

    /// The connection ends after a random number of bytes below a limit, for each call another.
    public Fault cutAfter(Random random, long limit) {
      return add(new Effect.CutAfter(() -> random.nextLong(limit)));
    }

    /// The connection ends after a random time below a limit, for each call another.
    public Fault cutWithin(Random random, Duration limit) {
      return add(
          new Effect.CutWithin(() -> Duration.ofNanos(random.nextLong(1, limit.toNanos() + 1))));
    }

    /// An exec is closed with 1000 and no status frame.
    public Fault closeWithoutStatus() {
      return add(new Effect.NoStatus());
    }

    /// An exec's status frame comes before the last output of each stream.
    public Fault earlyStatus() {
      return add(new Effect.EarlyStatus());
    }

    /// An exec sends bytes that are no frame: reserved bits, a reserved opcode.
    public Fault garbage() {
      return noise(new byte[] {(byte) 0xf7, (byte) 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9});
    }

    /// An exec sends a message on channel 9.
    public Fault unknownChannel() {
      return noise(frame(9, "what is this".getBytes(UTF_8)));
    }

    /// An exec sends one message of so many `#` on stdout.
    public Fault oversized(int bytes) {
      var data = new byte[bytes];
      Arrays.fill(data, (byte) '#');
      return noise(frame(1, data));
    }

    /// An exec sends these bytes before its first output.
    public Fault noise(byte[] bytes) {
      var copy = bytes.clone();
      return add(new Effect.Noise(() -> copy));
    }

    private Fault add(Effect effect) {
      var fault = new Fault(kinds, calls, effect);
      active.add(fault);
      return fault;
    }
  }

  private static byte[] frame(int channel, byte[] data) {
    var header = WebSocket.header(WebSocket.BINARY, data.length + 1L);
    var frame = Arrays.copyOf(header, header.length + 1 + data.length);
    frame[header.length] = (byte) channel;
    System.arraycopy(data, 0, frame, header.length + 1, data.length);
    return frame;
  }

  /// All calls.
  public Calls all() {
    return of(EnumSet.allOf(Kind.class));
  }

  /// Lists of pods.
  public Calls lists() {
    return of(EnumSet.of(Kind.LIST));
  }

  /// Reads of one pod.
  public Calls gets() {
    return of(EnumSet.of(Kind.GET));
  }

  /// Watches.
  public Calls watches() {
    return of(EnumSet.of(Kind.WATCH));
  }

  /// Execs.
  public Calls execs() {
    return of(EnumSet.of(Kind.EXEC));
  }

  private Calls of(Set<Kind> kinds) {
    return new Calls(kinds, Integer.MAX_VALUE);
  }

  /// Ends all faults and refusals; what was lost or compacted stays so.
  public void clear() {
    active.clear();
    forbidden.clear();
    goneAsHttpStatus = false;
  }

  /// Takes a right away, as `forbid("create", "pods/exec")`.
  public void forbid(String verb, String resource) {
    forbidden.add(verb + " " + resource);
  }

  /// Gives it back.
  public void allow(String verb, String resource) {
    forbidden.remove(verb + " " + resource);
  }

  /// Cuts the connection of every exec that is open now.
  public void cutExecs() {
    cluster.execs().forEach(ExecSession::cut);
  }

  /// Cuts the connection of every watch that is open now.
  public void dropWatches() {
    cluster.watches().forEach(WatchSession::cut);
  }

  /// Forgets all changes up to now: older versions are 410 Gone.
  public void compact() {
    cluster.store().compact();
  }

  /// Whether a watch that comes too late is told so by HTTP status instead of an ERROR event.
  public void goneAsHttpStatus(boolean status) {
    goneAsHttpStatus = status;
  }

  /// Restarts the API server with the same pods and nothing else: small resource versions, old ones
  /// are 410 Gone, all watches dropped.
  public void loseState() {
    cluster.store().lose();
    dropWatches();
  }

  /// Makes another token the valid one and writes it into the kubeconfig.
  public void rotateToken() {
    cluster.newToken();
  }

  boolean isForbidden(Call call) {
    return forbidden.contains(call.verb() + " " + call.target());
  }

  boolean isGoneAsHttpStatus() {
    return goneAsHttpStatus;
  }

  List<Effect> take(Kind kind) {
    return active.stream().filter(it -> it.applies(kind)).map(it -> it.effect).toList();
  }
}
