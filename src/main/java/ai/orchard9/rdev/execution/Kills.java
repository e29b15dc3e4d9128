package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.command.queue.Claim;
import ai.orchard9.rdev.execution.spool.Attempt;
import ai.orchard9.rdev.execution.spool.KillReceipt;
import ai.orchard9.rdev.execution.spool.KillResult;
import ai.orchard9.rdev.execution.spool.Spool;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one kill of a command: who asks first decides why, and the receipt says what came of it.
final class Kills {
  private static final Logger LOG = LoggerFactory.getLogger(Kills.class);

  /// Given between TERM and KILL when nobody chose: contract section 5.1.
  static final Duration GRACE = Duration.ofSeconds(5);

  private static final Duration RETRY = Duration.ofMillis(500);
  private static final Duration RECEIPT_SLACK = Duration.ofSeconds(3);

  private final Spool spool;
  private final Place place;
  private final Attempt attempt;
  private final Runnable wake;
  private final CountDownLatch answered = new CountDownLatch(1);
  private Claim.@Nullable KillRequest request;
  private boolean begun;
  private volatile boolean over;
  private volatile @Nullable KillReceipt receipt;
  private volatile @Nullable Long overAt;

  Kills(Spool spool, Place place, Attempt attempt, Runnable wake) {
    this.spool = spool;
    this.place = place;
    this.attempt = attempt;
    this.wake = wake;
  }

  /// Asks for a kill; the first one counts.
  synchronized void request(Claim.KillRequest wanted) {
    if (request == null) {
      request = wanted;
    }
  }

  synchronized Claim.@Nullable KillRequest requested() {
    return request;
  }

  /// Sends the signals, if somebody asked and nobody has begun. The command must have started.
  synchronized void begin() {
    var wanted = request;
    if (wanted != null && !begun) {
      begun = true;
      Thread.ofVirtual().name("kill-" + attempt.commandId()).start(() -> run(wanted));
    }
  }

  /// What the kill did; null without one, and when the command had ended before the first signal.
  @Nullable KillReceipt receipt() {
    return receipt;
  }

  /// When the kill was over, in [System#nanoTime], if it sent signals: an end that has not come
  /// soon after will not come.
  OptionalLong overAt() {
    var over = overAt;
    return over == null ? OptionalLong.empty() : OptionalLong.of(over);
  }

  /// Waits for the receipt of a kill that is under way.
  ///
  /// @param elsewhere whether the spool saw a kill, which may be the watchdog's
  void awaitReceipt(boolean elsewhere) throws InterruptedException {
    if (elsewhere) {
      request(new Claim.KillRequest("watchdog", GRACE));
      begin();
    }
    Duration limit;
    synchronized (this) {
      if (!begun || request == null) {
        return;
      }
      limit = request.grace().plus(RECEIPT_SLACK);
    }
    if (!answered.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      LOG.atWarn().log("no kill receipt in time");
    }
  }

  /// Nobody waits for it any more: a kill that was not answered is not tried again.
  void end() {
    over = true;
  }

  private void run(Claim.KillRequest wanted) {
    try {
      while (!over) {
        try {
          note(spool.kill(place, attempt, wanted.reason(), wanted.grace()));
          return;
        } catch (RuntimeUnavailableException e) {
          LOG.atWarn().setCause(e).log("kill not answered; trying again");
          Thread.sleep(RETRY);
        }
      }
    } catch (InterruptedException e) {
      LOG.atInfo().log("kill left to others");
    } finally {
      answered.countDown();
      wake.run();
    }
  }

  private void note(KillResult result) {
    switch (result) {
      case KillResult.Killed killed -> {
        receipt = killed.receipt();
        overAt = System.nanoTime();
      }
      case KillResult.Ended ended -> LOG.atDebug().log("ended before the first signal");
      case KillResult.Unknown unknown -> LOG.atWarn().log("nothing to kill in the spool");
    }
  }
}
