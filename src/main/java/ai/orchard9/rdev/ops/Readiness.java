package ai.orchard9.rdev.ops;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Whether requests should be sent here. Any thread may call.
public final class Readiness {

  /// What was found.
  ///
  /// @param status `ready`, `unready` or `draining`
  /// @param checks what each check said, in the order declared
  public record Report(String status, Map<String, String> checks) {
    public Report {
      checks = Collections.unmodifiableMap(new LinkedHashMap<>(checks));
    }

    /// Whether requests should be sent here.
    boolean isReady() {
      return status.equals("ready");
    }
  }

  private static final Duration LIMIT = Duration.ofSeconds(1);

  private final Map<String, ReadyCheck> checks;
  private volatile boolean draining;

  Readiness(Map<String, ReadyCheck> checks) {
    this.checks = new LinkedHashMap<>(checks);
  }

  /// From now on: not ready, whatever the checks say.
  public void drain() {
    draining = true;
  }

  /// Has the checks decide again, after [#drain].
  public void resume() {
    draining = false;
  }

  /// Runs all checks at the same time; takes a second at most.
  public Report report() throws InterruptedException {
    var running = new LinkedHashMap<String, FutureTask<String>>();
    checks.forEach(
        (name, check) -> {
          var task = new FutureTask<>(check::check);
          Thread.ofVirtual().name("ready-" + name).start(task);
          running.put(name, task);
        });
    var until = System.nanoTime() + LIMIT.toNanos();
    var said = new LinkedHashMap<String, String>();
    var failed = false;
    for (var each : running.entrySet()) {
      try {
        said.put(
            each.getKey(), each.getValue().get(until - System.nanoTime(), TimeUnit.NANOSECONDS));
      } catch (ExecutionException failure) {
        failed = true;
        said.put(each.getKey(), "failed: " + reason(failure));
      } catch (TimeoutException tooSlow) {
        failed = true;
        each.getValue().cancel(true);
        said.put(each.getKey(), "failed: no answer within " + LIMIT.toSeconds() + " s");
      }
    }
    return new Report(draining ? "draining" : failed ? "unready" : "ready", said);
  }

  private static String reason(ExecutionException failure) {
    var cause = failure.getCause();
    return cause == null || cause.getMessage() == null ? "no reason given" : cause.getMessage();
  }
}
