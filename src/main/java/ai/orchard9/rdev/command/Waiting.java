package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.error.ApiException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for commands to finish, on virtual threads of its own: a waiting client holds no thread of
/// the server's pool.
final class Waiting {
  private static final Logger LOG = LoggerFactory.getLogger(Waiting.class);
  private static final Duration RETRY = Duration.ofSeconds(2);

  /// Wake-ups carry the news; this is the net for one that was lost.
  private static final Duration NET = Duration.ofSeconds(2);

  private final OutputLog output;
  private final Semaphore places;

  /// Makes room for waiting clients.
  ///
  /// @param limit how many may wait at once
  Waiting(OutputLog output, int limit) {
    this.output = output;
    this.places = new Semaphore(limit);
  }

  /// Calls `then` with true when the command has finished, with false when the time has run out.
  ///
  /// @return false: too many wait already, and nothing will be called. To wait is a wish (RFC 7240)
  ///   that need not be granted; what was submitted is in the queue by now and must not be refused
  boolean whenFinished(
      CommandId id, Duration wait, Consumer<Boolean> then, Consumer<Throwable> otherwise) {
    if (!places.tryAcquire()) {
      return false;
    }
    Thread.ofVirtual().name("waiting-" + id).start(() -> run(id, wait, then, otherwise));
    return true;
  }

  @SuppressWarnings("CatchingUnchecked") // The edge of a thread: the client must be answered.
  private void run(
      CommandId id, Duration wait, Consumer<Boolean> then, Consumer<Throwable> otherwise) {
    try {
      then.accept(finished(id, wait));
    } catch (InterruptedException e) {
      otherwise.accept(new ApiException.Unavailable("the server is stopping", RETRY));
    } catch (Exception e) {
      LOG.atDebug().setCause(e).log("waiting failed");
      otherwise.accept(e);
    } finally {
      places.release();
    }
  }

  private boolean finished(CommandId id, Duration wait) throws InterruptedException {
    var news = new Semaphore(0);
    var deadline = System.nanoTime() + wait.toNanos();
    try (var _ = output.subscribe(id.value(), news::release)) {
      while (true) {
        if (output.hasEnded(id.value())) {
          return true;
        }
        var left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        if (news.tryAcquire(Math.min(left, NET.toNanos()), TimeUnit.NANOSECONDS)) {
          news.drainPermits();
        }
      }
    }
  }
}
