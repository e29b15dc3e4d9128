package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Failpoint;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers what is due: takes it in a short transaction, sends it in none, writes it down in a
/// short one. Each delivery has a virtual thread of its own, and there are only so many places.
final class Dispatcher implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /// The net under all wake-ups; and other servers' events are found so, when they have no place.
  private static final Duration ROUND = Duration.ofMillis(500);

  /// What ends within it is followed by one claim, not by one each: a claim costs as much as a good
  /// many deliveries. A hundred places given out anew each time are still thousands a second.
  private static final Duration PAUSE = Duration.ofMillis(8);

  private static final Duration RECORD_AGAIN = Duration.ofMillis(500);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final Claims claims;
  private final Attempts attempts;
  private final Recorder recorder;
  private final WebhookMetrics metrics;
  private final int most;
  private final Poller poller;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("webhook-", 0).factory());
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger slowInFlight = new AtomicInteger();

  /// @param most deliveries of this server at once
  Dispatcher(
      Claims claims,
      Attempts attempts,
      Recorder recorder,
      int most,
      BackgroundMetrics background,
      WebhookMetrics metrics) {
    this.claims = claims;
    this.attempts = attempts;
    this.recorder = recorder;
    this.most = most;
    this.metrics = metrics;
    this.poller = new Poller("webhook-dispatch", ROUND, background, this::tick);
  }

  /// Looks for what is due now. Never blocks.
  void wake() {
    poller.wake();
  }

  @Override
  public void start() {
    poller.start();
  }

  /// Lets attempts under way end, for a while; the others are left to whoever comes next.
  @Override
  public void stop() throws InterruptedException {
    poller.stop();
    threads.shutdown();
    if (!threads.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      threads.shutdownNow();
      var ended = threads.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      LOG.atInfo().addKeyValue("all", ended).log("webhook deliveries interrupted at stop");
    }
  }

  /// One round: as much as there is room for. Returns how many deliveries have begun.
  int dispatch() {
    var free = most - inFlight.get();
    if (free <= 0) {
      return 0;
    }
    var taken = claims.take(free, Math.max(1, most / 2) - slowInFlight.get());
    if (taken.isEmpty()) {
      return 0;
    }
    Failpoint.pass("webhook-claimed");
    begin(taken);
    return taken.size();
  }

  private void tick() throws InterruptedException {
    if (dispatch() > 0) {
      Thread.sleep(PAUSE);
    }
  }

  private void begin(List<Claim> taken) {
    var outgoing = claims.outgoing(taken);
    for (var claim : taken) {
      occupy(claim, 1);
      threads.execute(() -> deliver(claim, outgoing.get(claim.id())));
    }
  }

  @SuppressWarnings("CatchingUnchecked") // The edge of a thread: its place must be given back.
  private void deliver(Claim claim, ClaimDao.@Nullable Outgoing outgoing) {
    try {
      record(judge(claim, outgoing));
    } catch (RuntimeException failure) {
      LOG.atWarn()
          .addKeyValue("deliveryId", claim.id())
          .setCause(failure)
          .log("webhook delivery left to the end of its lease");
    } finally {
      occupy(claim, -1);
      poller.wake();
    }
  }

  private Verdict judge(Claim claim, ClaimDao.@Nullable Outgoing outgoing) {
    if (outgoing == null
        || outgoing.deleted()
        || (!outgoing.enabled() && !claim.requested())
        || outgoing.secrets().isEmpty()) {
      return Verdict.unwanted(claim);
    }
    // A server that hung since has no time left: its lease would end in the middle.
    if (!lasts(claim, Attempts.LIMIT)) {
      return Verdict.released(claim);
    }
    var verdict = attempts.make(claim, outgoing);
    return Thread.currentThread().isInterrupted() && !verdict.isSuccess()
        ? Verdict.released(claim)
        : verdict;
  }

  /// While the database is away it is tried again, for as long as nobody else can have taken the
  /// delivery.
  private void record(Verdict verdict) {
    while (true) {
      try {
        var outcome = recorder.record(verdict);
        outcome.filter(it -> it != Outcome.RELEASED).ifPresent(metrics::ended);
        return;
      } catch (RuntimeException failure) {
        if (!lasts(verdict.claim(), Duration.ZERO) || !pause()) {
          throw failure;
        }
      }
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(RECORD_AGAIN);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Whether the lease holds for so long.
  private static boolean lasts(Claim claim, Duration time) {
    var left =
        TimeUnit.SECONDS.toNanos(Claims.LEASE_SECONDS) - (System.nanoTime() - claim.takenAt());
    return left > time.toNanos();
  }

  private void occupy(Claim claim, int places) {
    metrics.inFlight(inFlight.addAndGet(places));
    if (claim.slow()) {
      slowInFlight.addAndGet(places);
    }
  }

  /// How many deliveries this server is sending.
  int inFlight() {
    return inFlight.get();
  }
}
