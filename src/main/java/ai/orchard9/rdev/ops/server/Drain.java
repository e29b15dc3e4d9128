package ai.orchard9.rdev.ops.server;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Takes this server out of service while its process goes on, and puts it back. In this order: it
/// is not ready and starts nothing; when those who send requests have had time to see that, streams
/// are ended and what runs is handed over. The last only while another server is there to take it:
/// else everything is kept until one is. Any thread may call.
public final class Drain implements Managed {
  private static final Duration ROUND = Duration.ofMillis(250);

  /// What a server lets go of, and takes back. Each returns at once, and may be called again.
  public interface Parts {
    /// Whether requests should be sent here.
    void ready(boolean wanted);

    /// Starts commands and takes some over, as usual.
    void work();

    /// Starts nothing; keeps what runs, and takes over what nobody has.
    void keep();

    /// Starts nothing, and leaves what runs to others.
    void handOver();

    /// Takes streams, or ends those that are open and takes no more.
    void streams(boolean wanted);

    /// How many commands run here.
    int commands();

    /// How many streams are open here.
    int openStreams();
  }

  /// How far it is.
  public enum State {
    /// Nobody wants it to leave.
    SERVING,
    /// Not ready; those who send requests are given time to see it.
    UNREADY,
    /// No other server is there: what runs and who follows is kept.
    KEEPING,
    /// Streams end, commands are handed over.
    LEAVING,
    /// Nothing is left here.
    DRAINED
  }

  /// How it stands.
  ///
  /// @param commands that run here
  /// @param streams open here
  /// @param others servers that would take over what is let go of here
  /// @param until when it is put back by itself; empty: it is not
  public record Report(
      State state, int commands, int streams, int others, Optional<Instant> until) {}

  private record Plan(long leaveNanos, Optional<Instant> until, long untilNanos) {}

  private final Servers servers;
  private final Parts parts;
  private final InstantSource clock;
  private final Poller poller;
  private volatile boolean closed;
  private @Nullable Plan plan;
  private State state = State.SERVING;

  /// @param clock for what is shown
  public Drain(Servers servers, Parts parts, InstantSource clock, BackgroundMetrics background) {
    this.servers = servers;
    this.parts = parts;
    this.clock = clock;
    this.poller = new Poller("drain", ROUND, background, this::tick);
  }

  /// How it stands now.
  public synchronized Report report() {
    return new Report(
        state,
        parts.commands(),
        parts.openStreams(),
        servers.countOthersTaking(),
        plan == null ? Optional.empty() : plan.until());
  }

  /// Begins, or changes when it ends.
  ///
  /// @param after how long those who send requests are given to see that this server is not ready
  /// @param time after which it is put back by itself; empty: it is not
  /// @return whether it was serving until now
  public synchronized boolean begin(Duration after, Optional<Duration> time) {
    var now = System.nanoTime();
    var known = plan;
    var next =
        new Plan(
            known == null ? now + after.toNanos() : known.leaveNanos(),
            time.map(it -> clock.instant().plus(it)),
            now + time.orElse(Duration.ZERO).toNanos());
    if (known == null && !closed) {
      parts.ready(false);
      parts.keep();
      try {
        servers.drain(true);
      } catch (RuntimeException e) {
        serve();
        throw e;
      }
      state = State.UNREADY;
    }
    plan = next;
    return known == null;
  }

  /// Puts the server back.
  ///
  /// @return whether it was drained
  public synchronized boolean end() {
    if (plan == null) {
      return false;
    }
    servers.drain(false);
    plan = null;
    state = State.SERVING;
    if (!closed) {
      serve();
    }
    return true;
  }

  private void serve() {
    parts.streams(true);
    parts.work();
    parts.ready(true);
  }

  /// Waits until nothing is left here, or all of it is kept, or so much time has passed.
  public synchronized void awaitDone(Duration limit) throws InterruptedException {
    var end = System.nanoTime() + limit.toNanos();
    while ((state == State.UNREADY || state == State.LEAVING) && System.nanoTime() - end < 0) {
      wait(ROUND.toMillis());
    }
  }

  /// Leaves everything as it is: the server stops.
  public void close() {
    closed = true;
  }

  /// Goes one step on.
  synchronized void tick() {
    var known = plan;
    if (known == null || closed) {
      return;
    }
    var now = System.nanoTime();
    if (known.until().isPresent() && now - known.untilNanos() >= 0) {
      end();
    } else if (now - known.leaveNanos() >= 0) {
      state = servers.countOthersTaking() > 0 ? leave() : stay();
    }
    notifyAll();
  }

  private State leave() {
    parts.streams(false);
    parts.handOver();
    return parts.commands() + parts.openStreams() == 0 ? State.DRAINED : State.LEAVING;
  }

  private State stay() {
    parts.keep();
    parts.streams(true);
    return State.KEEPING;
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }
}
