package ai.orchard9.rdev.testing;

import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A client that follows a command in the background to its end, on whichever server answers, and
/// goes on after its last id when a connection breaks: an EventSource with a shorter temper.
public final class Reader {
  private static final Duration RETRY = Duration.ofMillis(100);

  private final History history = new History();
  private final List<ApiClient> servers;
  private final String id;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final AtomicInteger connections = new AtomicInteger();

  private Reader(List<ApiClient> servers, String id) {
    this.servers = servers;
    this.id = id;
  }

  /// Follows nothing, for a field that waits for its reader.
  public static Reader none() {
    return new Reader(List.of(), "");
  }

  /// Begins to follow.
  public static Reader follow(String id, ApiClient... servers) {
    var reader = new Reader(List.of(servers), id);
    Thread.ofVirtual().name("reader-" + id).start(reader::run);
    return reader;
  }

  private void run() {
    try {
      for (int i = 0; !history.isComplete(); i++) {
        connect(servers.get(i % servers.size()));
      }
      end.complete(null);
    } catch (RuntimeException | AssertionError e) {
      end.completeExceptionally(e);
    }
  }

  private void connect(ApiClient server) {
    try (var stream = server.events(id, history.lastId())) {
      switch (stream.status()) {
        case 200 -> {
          connections.incrementAndGet();
          history.follow(stream);
        }
        case 503 -> LockSupport.parkNanos(RETRY.toNanos());
        default -> throw new AssertionError(stream.status() + " " + stream.text());
      }
    } catch (UncheckedIOException e) {
      LockSupport.parkNanos(RETRY.toNanos());
    }
  }

  /// What it has seen so far.
  public History history() {
    return history;
  }

  /// How often it was connected.
  public int connections() {
    return connections.get();
  }

  /// Waits until it has seen some output events.
  public void awaitOutputs(long atLeast) {
    await(atLeast + " events of " + id)
        .atMost(Duration.ofSeconds(60))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> end.isDone() || history.outputs() >= atLeast);
  }

  /// Waits until it has seen the end.
  public History awaitEnd(Duration within) {
    try {
      end.get(within.toMillis(), TimeUnit.MILLISECONDS);
      return history;
    } catch (ExecutionException e) {
      throw new AssertionError("reader of " + id + " broke", e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError(
          "no end of " + id + " seen within " + within + "; last id " + history.lastId(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
