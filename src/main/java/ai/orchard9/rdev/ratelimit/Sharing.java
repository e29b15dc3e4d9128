package ai.orchard9.rdev.ratelimit;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the other replicas what was accepted here and hears the same of them, five times a second:
/// what one accepts, the others know within 500 ms, their round and two round trips included. While
/// the database is away each goes on with what it knows.
final class Sharing implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(Sharing.class);
  private static final String LOOP = "rate-counts";
  private static final Duration INTERVAL = Duration.ofMillis(200);

  /// A row is seen when it is committed, which may be that much after the time it carries.
  private static final Duration OVERLAP = Duration.ofSeconds(2);

  private static final Duration SWEEP = Duration.ofSeconds(10);

  private final SlidingWindow window;
  private final Duration length;
  private final SharedClock clock;
  private final Exchange exchange;
  private final BackgroundMetrics metrics;
  private final Poller poller;
  private long heardAt;
  private long sweptAt;
  private boolean isAway;

  Sharing(
      SlidingWindow window,
      Duration length,
      SharedClock clock,
      Exchange exchange,
      BackgroundMetrics metrics) {
    this.window = window;
    this.length = length;
    this.clock = clock;
    this.exchange = exchange;
    this.metrics = metrics;
    this.heardAt = clock.own() - micros(length);
    this.sweptAt = clock.own();
    this.poller = new Poller(LOOP, INTERVAL, metrics, this::tick);
  }

  @Override
  public void start() {
    poller.start();
  }

  /// Leaves the last counts to those who go on.
  @Override
  public void stop() throws InterruptedException {
    poller.stop();
    tick();
  }

  /// One round.
  void tick() {
    var asked = clock.own();
    var mine = window.tell();
    try {
      var heard = exchange.exchange(mine, since(asked));
      take(heard, asked);
      sweep(asked);
      back();
    } catch (RuntimeException e) {
      window.tellAgain(mine);
      away(e);
    }
  }

  private Duration since(long asked) {
    var silence = Duration.ofNanos((asked - heardAt) * 1000).plus(OVERLAP);
    return silence.compareTo(length) < 0 ? silence : length;
  }

  private void take(Exchange.Heard heard, long asked) {
    var moved = clock.heard(heard.now(), asked, clock.own());
    if (moved != 0) {
      window.shift(moved);
    }
    window.hear(heard.reports());
    heardAt = asked;
  }

  private void sweep(long now) {
    if (now - sweptAt >= micros(SWEEP)) {
      sweptAt = now;
      exchange.sweep(length.plus(SWEEP));
    }
  }

  private void back() {
    if (isAway) {
      isAway = false;
      LOG.atInfo().log("rate limits are shared again");
    }
  }

  private void away(RuntimeException e) {
    metrics.failed(LOOP);
    if (!isAway) {
      isAway = true;
      LOG.atWarn().setCause(e).log("rate limits are not shared for now; each server limits alone");
    }
  }

  private static long micros(Duration time) {
    return time.toNanos() / 1000;
  }
}
