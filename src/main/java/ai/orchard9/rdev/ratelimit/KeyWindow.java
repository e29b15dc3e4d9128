package ai.orchard9.rdev.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;

/// The requests of one key in the last window: those accepted here exactly, those accepted by other
/// replicas as they last told, plus what they must have accepted since if they went on as they did.
/// Without that guess replicas under steady load would take a little more of what has become free,
/// until they hear of each other. Any thread may call.
final class KeyWindow {
  /// An entry of the tallies holds what came within this part of the window.
  private static final int GRAINS = 100;

  /// How long the guess is carried on: what is older than that is told late or not at all.
  private static final long GUESSED = 500_000;

  private static final double SECOND = 1e6;

  private record Other(UUID server, Tally tally, double rate, long at) {}

  private final UUID key;
  private final long window;
  private final Queue<KeyWindow> untold;
  private final Tally own = new Tally();
  private List<Other> others = List.of();
  private boolean isUntold;
  private int sinceTold;

  /// @param window in microseconds
  /// @param untold where a key is put that there is something to tell of
  KeyWindow(UUID key, long window, Queue<KeyWindow> untold) {
    this.key = key;
    this.window = window;
    this.untold = untold;
  }

  /// Decides about a request, and counts it if it may pass.
  synchronized Decision take(long now, int limit) {
    var counted = counted(now);
    var expected = counted + guessed(now);
    var accepted = expected < limit;
    if (accepted) {
      own.add(now, window / GRAINS);
      counted++;
      expected++;
      sinceTold++;
      mark();
    }
    var remaining = Math.max(0, limit - expected);
    return new Decision(accepted, limit, remaining, untilFree(now, counted - limit + 1), now);
  }

  private int counted(long now) {
    own.forget(now - window);
    var counted = own.sum();
    for (int i = 0; i < others.size(); i++) {
      var tally = others.get(i).tally();
      tally.forget(now - window);
      counted += tally.sum();
    }
    return counted;
  }

  private int guessed(long now) {
    var guessed = 0.0;
    for (int i = 0; i < others.size(); i++) {
      var other = others.get(i);
      guessed += other.rate() * Math.clamp(now - other.at(), 0, GUESSED) / SECOND;
    }
    return (int) guessed;
  }

  /// Until so many of those counted have left the window; at least one.
  private long untilFree(long now, int leaving) {
    return others.isEmpty() && own.oldest() >= Math.max(1, leaving)
        ? own.time(0) + window - now
        : waitForAll(now, leaving);
  }

  private long waitForAll(long now, int leaving) {
    var tallies = new ArrayList<Tally>(others.size() + 1);
    tallies.add(own);
    others.forEach(it -> tallies.add(it.tally()));
    var next = new int[tallies.size()];
    var left = 0;
    var last = now - window;
    do {
      var oldest = -1;
      for (int i = 0; i < next.length; i++) {
        if (next[i] < tallies.get(i).size()
            && (oldest < 0
                || tallies.get(i).time(next[i]) < tallies.get(oldest).time(next[oldest]))) {
          oldest = i;
        }
      }
      if (oldest < 0) {
        break;
      }
      last = tallies.get(oldest).time(next[oldest]);
      left += tallies.get(oldest).count(next[oldest]);
      next[oldest]++;
    } while (left < leaving);
    return last + window - now;
  }

  private void mark() {
    if (!isUntold) {
      isUntold = true;
      untold.add(this);
    }
  }

  /// What others are to be told. A key that was busy is told of once more, that it no longer is.
  ///
  /// @param elapsed microseconds since the last round
  synchronized Exchange.Share tell(long now, long elapsed) {
    isUntold = false;
    var rate = sinceTold * SECOND / Math.max(1, elapsed);
    if (sinceTold > 0) {
      mark();
    }
    sinceTold = 0;
    own.forget(now - window);
    return new Exchange.Share(key, own.told(), rate);
  }

  /// Has it told again: it was not heard.
  synchronized void tellAgain() {
    mark();
  }

  /// Takes in what another replica has told.
  synchronized void hear(Exchange.Report report, long now) {
    var known = new ArrayList<Other>(others.size() + 1);
    for (var other : others) {
      other.tally().forget(now - window);
      if (!other.server().equals(report.server()) && other.tally().sum() > 0) {
        known.add(other);
      }
    }
    known.add(
        new Other(report.server(), Tally.of(report.counts(), now), report.rate(), report.at()));
    others = known;
  }

  /// Follows a clock that was moved.
  synchronized void shift(long micros) {
    own.shift(micros);
    others =
        others.stream()
            .map(
                it -> {
                  it.tally().shift(micros);
                  return new Other(it.server(), it.tally(), it.rate(), it.at() + micros);
                })
            .toList();
  }
}
