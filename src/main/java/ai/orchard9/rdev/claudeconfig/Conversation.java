package ai.orchard9.rdev.claudeconfig;

import ai.orchard9.rdev.runtime.Exit;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Session;
import ai.orchard9.rdev.runtime.SessionRefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One session with the script of the far side. Every wait has a limit, after which nothing more is
/// heard of it; whatever it was about to change stays as it is, unless it was told to go on.
final class Conversation implements AutoCloseable {
  private static final int LONGEST_LINE = 8192;
  private static final String GREETING = "rdev-config 1";

  /// How long a session whose streams have ended may take to say how it ended itself.
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  private final Executor threads;
  private final Duration limit;
  private final Runnable leave;
  private final CompletableFuture<String> complaint = new CompletableFuture<>();
  private @Nullable Session session;
  private boolean closed;

  /// @param threads that may block
  /// @param limit how long to wait for each answer
  /// @param leave called once, at the end
  Conversation(Executor threads, Duration limit, Runnable leave) {
    this.threads = threads;
    this.limit = limit;
    this.leave = leave;
  }

  /// Reads an answer.
  @FunctionalInterface
  interface Reading<T> {
    T read(InputStream answer) throws IOException, RuntimeUnavailableException;
  }

  /// Opens a session and asks.
  ///
  /// @param script that the far side is to follow
  /// @throws RuntimeUnavailableException no answer came, or not all of it
  <T> T ask(Runtime runtime, Place place, byte[] script, byte[] request, Reading<T> reading)
      throws RuntimeUnavailableException {
    return within(
        () -> {
          // Read from stdin, the script is in no argument list, which the API server would log.
          var boot = "eval \"$(head -c " + script.length + ")\"";
          var opened = attach(runtime.open(place, List.of("sh", "-c", boot, "rdev-config")));
          threads.execute(() -> complaint.complete(firstOf(opened.stderr())));
          send(opened, script);
          greet(opened);
          send(opened, request);
          return reading.read(opened.stdout());
        });
  }

  /// Goes on with the conversation.
  <T> T tell(String word, Reading<T> reading) throws RuntimeUnavailableException {
    return within(
        () -> {
          var opened = current();
          send(opened, (word + "\n").getBytes(StandardCharsets.US_ASCII));
          return reading.read(opened.stdout());
        });
  }

  /// What the tools had to say, once the far side has ended; empty when that does not come.
  String complaint() {
    return complaint
        .copy()
        .completeOnTimeout("", LAST_WORD.toMillis(), TimeUnit.MILLISECONDS)
        .join();
  }

  private static void greet(Session session) throws RuntimeUnavailableException {
    if (!isGreeted(session)) {
      throw switch (end(session)) {
        case Exit.NotStarted(var reason) ->
            new SessionRefusedException(SessionRefusedException.Reason.UNUSABLE, reason);
        case Exit.Unknown(var reason) -> new RuntimeUnavailableException(reason);
        case Exit.Exited _, Exit.Running _ ->
            new RuntimeUnavailableException("the session did not begin as it should");
      };
    }
  }

  private static boolean isGreeted(Session session) {
    try {
      return line(session.stdout()).equals(GREETING);
    } catch (IOException e) {
      return false;
    }
  }

  private static Exit end(Session session) {
    try {
      return session.waitFor(LAST_WORD);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Exit.Unknown("interrupted");
    }
  }

  /// A far side that refuses without reading all breaks the pipe, so what it says counts, not that.
  private static void send(Session session, byte[] bytes) {
    try {
      session.stdin().write(bytes);
      session.stdin().flush();
    } catch (IOException e) {
      // Told by the missing answer, if there is none.
    }
  }

  /// A line of an answer.
  ///
  /// @throws IOException there is no whole one
  static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || line.size() > LONGEST_LINE) {
        throw new IOException("the answer came only in part");
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /// All is read, so that nobody waits for room; little is kept.
  private static String firstOf(InputStream in) {
    var kept = "";
    try {
      kept = new String(in.readNBytes(LONGEST_LINE), StandardCharsets.UTF_8);
      in.skip(Long.MAX_VALUE);
    } catch (IOException e) {
      // Over, one way or the other.
    }
    return kept;
  }

  private synchronized Session attach(Session opened) throws RuntimeUnavailableException {
    if (closed) {
      opened.close();
      throw new RuntimeUnavailableException("given up");
    }
    session = opened;
    return opened;
  }

  private synchronized Session current() throws RuntimeUnavailableException {
    if (session == null || closed) {
      throw new RuntimeUnavailableException("given up");
    }
    return session;
  }

  private interface Call<T> {
    T run() throws IOException, RuntimeUnavailableException;
  }

  private <T> T within(Call<T> call) throws RuntimeUnavailableException {
    var answer = new FutureTask<>(call::run);
    threads.execute(answer);
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw givenUp("no answer within " + limit.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw givenUp("interrupted", e);
    } catch (ExecutionException e) {
      var cause = e.getCause();
      throw cause instanceof RuntimeUnavailableException unavailable
          ? unavailable
          : givenUp(
              cause instanceof IOException io ? io.getMessage() : String.valueOf(cause), cause);
    }
  }

  private RuntimeUnavailableException givenUp(@Nullable String reason, @Nullable Throwable cause) {
    close();
    return new RuntimeUnavailableException(String.valueOf(reason), cause);
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (session != null) {
      session.close();
    }
    leave.run();
  }
}
