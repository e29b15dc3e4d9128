package ai.orchard9.rdev.project;

import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the runtime for its projects: one question at a time, and none right after a failed one.
/// Who has something to fall back on does not wait long for the answer.
final class Refreshing {
  private static final Logger LOG = LoggerFactory.getLogger(Refreshing.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(4);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  interface Question {
    void ask() throws RuntimeUnavailableException;
  }

  private final Question question;
  private final CatalogMetrics metrics;
  private @Nullable CompletableFuture<Void> running;
  private boolean failed;
  private @Nullable String reason;
  private long failedAt;

  Refreshing(Question question, CatalogMetrics metrics) {
    this.question = question;
    this.metrics = metrics;
  }

  /// Asks, or joins who asks already. Returns when that is over, or patience is.
  ///
  /// @param knowsSomething whether the caller can go on without an answer
  void refresh(boolean knowsSomething) {
    CompletableFuture<Void> answer;
    synchronized (this) {
      if (knowsSomething && failed && System.nanoTime() - failedAt < PAUSE.toNanos()) {
        return;
      }
      answer = running;
      if (answer == null) {
        answer = new CompletableFuture<>();
        running = answer;
        var mine = answer;
        Thread.ofVirtual().name("projects-refresh").start(() -> ask(mine));
      }
    }
    // Contract section 1: an answer within 5 s, even if it is that there is none.
    var patience = knowsSomething ? PATIENCE : LONGEST_PATIENCE;
    answer.completeOnTimeout(null, patience.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /// Whether the last question was not answered.
  synchronized boolean hasFailed() {
    return failed;
  }

  /// Why the last question was not answered; empty when it was, or that is forgotten.
  synchronized Optional<String> reason() {
    return failed ? Optional.ofNullable(reason) : Optional.empty();
  }

  synchronized void forgetFailure() {
    failed = false;
  }

  @SuppressWarnings("CatchingUnchecked") // The edge of a thread: whoever waits must be told.
  private void ask(CompletableFuture<Void> answer) {
    var succeeded = false;
    var why = "";
    try {
      question.ask();
      succeeded = true;
    } catch (RuntimeUnavailableException e) {
      why = String.valueOf(e.getMessage());
      LOG.atWarn().setCause(e).log("projects cannot be listed");
    } catch (RuntimeException e) {
      why = "internal error; the log has more";
      LOG.atError().setCause(e).log("projects cannot be listed");
    } finally {
      synchronized (this) {
        running = null;
        failed = !succeeded;
        reason = why;
        failedAt = System.nanoTime();
      }
      if (!succeeded) {
        metrics.unanswered();
      }
      answer.complete(null);
    }
  }
}
