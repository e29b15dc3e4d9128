package ai.orchard9.rdev.execution.spool;

import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens sessions of the spool script, and keeps one spare per recently used place, in which all is
/// laid out for the next command: opening and staging cost more than all the rest of a short one.
/// Whatever waits here waits for a limited time.
final class Sessions implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sessions.class);
  private static final int MOST_SPARES = 64;
  private static final Duration SPARE_LIFE = Duration.ofMinutes(5);

  /// A spare is made when the command that took the last one has had time to get going: it would
  /// compete for the processor with it.
  private static final Duration SPARE_DELAY = Duration.ofMillis(50);

  private final Runtime runtime;
  private final Duration limit;
  private final String staging;
  private final SessionMetrics metrics;
  private final byte[] script = script();
  private final Map<Place, SpoolSession> spares = new HashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("spool-", 0).factory());
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("spool-clock").factory());

  /// A task that may block and break.
  interface Call<T> {
    T run() throws IOException, RuntimeUnavailableException;
  }

  /// @param limit how long to wait for a session, and again for its answer
  /// @param outputLimitBytes of the commands that spares are made for
  Sessions(Runtime runtime, Duration limit, long outputLimitBytes, SessionMetrics metrics) {
    this.runtime = runtime;
    this.limit = limit;
    this.staging = "stage " + outputLimitBytes;
    this.metrics = metrics;
    metrics.spares(this::spareCount);
  }

  private int spareCount() {
    synchronized (spares) {
      return spares.size();
    }
  }

  /// The script, without the comments, which the far side need not read at each session.
  private static byte[] script() {
    try (var in = Sessions.class.getResourceAsStream("/ai/orchard9/rdev/execution/spool.sh")) {
      if (in == null) {
        throw new IllegalStateException("spool.sh is missing from the build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("(?m)^ *(#.*)?\n", "")
          .getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A session that nobody else uses: the spare one if there is one.
  SpoolSession take(Place place) throws RuntimeUnavailableException {
    var spare = removeSpare(place);
    try {
      if (spare != null && !spare.isOver()) {
        metrics.spare();
        return spare;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (spare != null) {
      spare.close();
    }
    try {
      var opened = open(place);
      metrics.opened();
      return opened;
    } catch (RuntimeUnavailableException e) {
      metrics.failed();
      throw e;
    }
  }

  /// Gives back one that was not used.
  void give(Place place, SpoolSession session) {
    var surplus = session;
    synchronized (spares) {
      if (!threads.isShutdown() && spares.size() < MOST_SPARES) {
        surplus = spares.putIfAbsent(place, session) == null ? null : session;
      }
    }
    if (surplus != null) {
      surplus.close();
    } else {
      later(SPARE_LIFE, () -> expire(place, session));
    }
  }

  /// Makes a spare soon, unless there is one.
  void prepare(Place place) {
    later(SPARE_DELAY, () -> execute(() -> openSpare(place)));
  }

  private void later(Duration delay, Runnable task) {
    try {
      var _ = clock.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.atDebug().log("no spare sessions any more");
    }
  }

  /// Also after `close`, for commands are still being handed over then.
  private void execute(Runnable task) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException e) {
      Thread.ofPlatform().daemon().name("spool-late").start(task);
    }
  }

  private void openSpare(Place place) {
    synchronized (spares) {
      if (spares.containsKey(place) || spares.size() >= MOST_SPARES) {
        return;
      }
    }
    try {
      var session = open(place);
      session.tell(staging);
      give(place, session);
    } catch (IOException | RuntimeUnavailableException e) {
      log.atDebug().addKeyValue("projectId", place.project()).log("no spare session");
    }
  }

  private void expire(Place place, SpoolSession session) {
    synchronized (spares) {
      if (!spares.remove(place, session)) {
        return;
      }
    }
    session.close();
  }

  private @Nullable SpoolSession removeSpare(Place place) {
    synchronized (spares) {
      return spares.remove(place);
    }
  }

  /// A fresh session.
  SpoolSession open(Place place) throws RuntimeUnavailableException {
    // Read from stdin, the script is in no argument list, which the API server would log with each
    // exec.
    var boot = "eval \"$(head -c " + script.length + ")\"";
    var session =
        within(
            limit,
            () -> runtime.open(place, List.of("sh", "-c", boot, "rdev", runtime.spoolRoot())),
            late -> late.close());
    try {
      return within(
          limit, () -> SpoolSession.greet(session, script, this::execute), late -> late.close());
    } catch (RuntimeUnavailableException e) {
      session.close();
      throw e;
    }
  }

  /// Asks, and closes the session should no answer come in time.
  String ask(SpoolSession session, byte[] instruction, Duration time)
      throws RuntimeUnavailableException {
    try {
      return within(time, () -> session.ask(instruction), late -> {});
    } catch (RuntimeUnavailableException e) {
      session.close();
      throw e;
    }
  }

  Duration limit() {
    return limit;
  }

  /// Runs a call on a thread of its own, for as long as is allowed.
  private <T> T within(Duration time, Call<T> call, Consumer<T> late)
      throws RuntimeUnavailableException {
    var answer = new CompletableFuture<T>();
    execute(
        () -> {
          try {
            var result = call.run();
            if (!answer.complete(result)) {
              late.accept(result);
            }
          } catch (IOException | RuntimeUnavailableException | RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    try {
      return answer.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return givenUp(answer, "no answer within " + time.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return givenUp(answer, "interrupted", e);
    } catch (ExecutionException e) {
      var cause = e.getCause();
      throw cause instanceof RuntimeUnavailableException unavailable
          ? unavailable
          : new RuntimeUnavailableException(String.valueOf(cause), cause);
    }
  }

  /// An answer that comes just now is still taken; one that comes later is closed by its own
  /// thread.
  private static <T> T givenUp(CompletableFuture<T> answer, String reason, Exception cause)
      throws RuntimeUnavailableException {
    var failure = new RuntimeUnavailableException(reason, cause);
    if (answer.completeExceptionally(failure) || answer.isCompletedExceptionally()) {
      throw failure;
    }
    return answer.join();
  }

  @Override
  public void close() {
    List<SpoolSession> all;
    synchronized (spares) {
      threads.shutdown();
      all = List.copyOf(spares.values());
      spares.clear();
    }
    clock.shutdownNow();
    all.forEach(SpoolSession::close);
  }
}
