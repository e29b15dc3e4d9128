package ai.orchard9.rdev.claudeconfig;

import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Asks `config.sh`, which works beside the files: one session for each request, and so many at the
/// same time that a project which does not answer holds up no other.
final class FarSide implements AutoCloseable {
  private static final SecureRandom RANDOM = new SecureRandom();

  /// Conversations at the same time, each holding a request's thread.
  private static final int MOST = 32;

  private static final int MOST_OF_A_PROJECT = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Runtime runtime;
  private final Duration limit;
  private final InstantSource clock;
  private final byte[] script = script();
  private final Semaphore room = new Semaphore(MOST);
  private final Map<String, Semaphore> rooms = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name("claude-config-", 0).factory());

  /// @param limit how long to wait for each answer; the script itself gives up after 30 s
  FarSide(Runtime runtime, Duration limit, InstantSource clock) {
    this.runtime = runtime;
    this.limit = limit;
    this.clock = clock;
  }

  /// The script, without the comments, which the far side need not read each time.
  private static byte[] script() {
    try (var in = FarSide.class.getResourceAsStream("config.sh")) {
      if (in == null) {
        throw new IllegalStateException("config.sh is missing from the build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("(?m)^ *(#.*)?\n", "")
          .getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What is asked for.
  ///
  /// @param kinds one, or several with commas between
  /// @param name of a file; null for none
  /// @param content empty for none
  @SuppressWarnings("ArrayRecordComponent")
  record Request(String verb, String kinds, String name, byte[] content) {}

  /// An answer, and the conversation in which it came; to be closed.
  record Answer<T>(Conversation conversation, T value) {}

  /// Asks.
  ///
  /// @throws RuntimeUnavailableException no answer came, or not all of it
  <T> Answer<T> ask(Place place, Request request, Conversation.Reading<T> reading)
      throws RuntimeUnavailableException {
    var bytes = bytes(place, request);
    var conversation = enter(place.project());
    try {
      return new Answer<>(conversation, conversation.ask(runtime, place, script, bytes, reading));
    } catch (RuntimeUnavailableException | RuntimeException e) {
      conversation.close();
      throw e;
    }
  }

  private byte[] bytes(Place place, Request request) throws RuntimeUnavailableException {
    if (place.baseDirectory().matches("(?s).*[\n\0].*")) {
      throw new RuntimeUnavailableException("newline or NUL in the work directory");
    }
    var unique = new byte[8];
    RANDOM.nextBytes(unique);
    var head =
        "%s %s %s %d %s %d\n%s\n"
            .formatted(
                request.verb(),
                request.kinds(),
                request.name(),
                request.content().length,
                HexFormat.of().formatHex(unique),
                clock.instant().getEpochSecond(),
                place.baseDirectory())
            .getBytes(StandardCharsets.UTF_8);
    var all = new byte[head.length + request.content().length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(request.content(), 0, all, head.length, request.content().length);
    return all;
  }

  private Conversation enter(String project) {
    var own = rooms.computeIfAbsent(project, _ -> new Semaphore(MOST_OF_A_PROJECT));
    if (!enter(own)) {
      throw ConfigErrors.busy();
    }
    if (!enter(room)) {
      own.release();
      throw ConfigErrors.busy();
    }
    return new Conversation(
        threads,
        limit,
        () -> {
          room.release();
          own.release();
        });
  }

  private static boolean enter(Semaphore room) {
    try {
      return room.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
