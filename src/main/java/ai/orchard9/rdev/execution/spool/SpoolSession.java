package ai.orchard9.rdev.execution.spool;

import static ai.orchard9.rdev.runtime.SessionRefusedException.Reason.UNUSABLE;

import ai.orchard9.rdev.runtime.Exit;
import ai.orchard9.rdev.runtime.Session;
import ai.orchard9.rdev.runtime.SessionRefusedException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;

/// A session in which the spool script waits for its one instruction. All but `close` may block,
/// and belongs on a platform thread with somebody watching the time.
final class SpoolSession implements AutoCloseable {
  private static final int LONGEST_LINE = 8192;

  /// How long a session whose streams have ended may take to say how it ended itself.
  private static final Duration LAST_WORD = Duration.ofSeconds(1);

  private static final String FAILED = "failed ";

  private final Session session;
  private final Executor background;
  private final String instance;

  private SpoolSession(Session session, Executor background, String instance) {
    this.session = session;
    this.background = background;
    this.instance = instance;
  }

  /// Sends the script and waits for its greeting.
  ///
  /// @throws IOException the session broke
  /// @throws SessionRefusedException the far side cannot keep commands
  static SpoolSession greet(Session session, byte[] script, Executor background)
      throws IOException, SessionRefusedException {
    send(session, script);
    var greeting = readLine(session.stdout());
    var words = greeting.split(" ", -1);
    if (words.length < 4 || !words[0].equals("rdev") || !words[1].equals("1")) {
      throw failed(session, greeting);
    }
    return new SpoolSession(session, background, words[2]);
  }

  private static IOException failed(Session session, String greeting)
      throws SessionRefusedException {
    if (greeting.startsWith(FAILED)) {
      throw new SessionRefusedException(UNUSABLE, greeting.substring(FAILED.length()));
    }
    if (!greeting.isEmpty()) {
      return new IOException("unexpected greeting: " + greeting);
    }
    return switch (end(session)) {
      case Exit.NotStarted(var reason) -> throw new SessionRefusedException(UNUSABLE, reason);
      case Exit.Unknown(var reason) -> new IOException(reason);
      case Exit.Exited _, Exit.Running _ -> new IOException("the session ended at once");
    };
  }

  private static Exit end(Session session) {
    try {
      return session.waitFor(LAST_WORD);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Exit.Unknown("interrupted");
    }
  }

  String instance() {
    return instance;
  }

  InputStream stdout() {
    return session.stdout();
  }

  InputStream stderr() {
    return session.stderr();
  }

  /// Sends the instruction and returns the line that answers it.
  ///
  /// @throws IOException the session broke before the answer
  String ask(byte[] instruction) throws IOException {
    send(session, instruction);
    var answer = readLine(session.stdout());
    if (answer.isEmpty()) {
      throw new IOException("the session ended without an answer");
    }
    return answer;
  }

  /// A far side that refused without reading all breaks the pipe, so what it said counts, not that.
  private static void send(Session session, byte[] bytes) {
    try {
      session.stdin().write(bytes);
      session.stdin().flush();
    } catch (IOException e) {
      // Told by the missing answer, if there is none.
    }
  }

  void tell(String word) throws IOException {
    session.stdin().write((word + "\n").getBytes(StandardCharsets.US_ASCII));
    session.stdin().flush();
  }

  /// Whether the far side has left; a spare session may have while nobody looked.
  boolean isOver() throws InterruptedException {
    return !(session.waitFor(Duration.ZERO) instanceof Exit.Running);
  }

  /// Closes once the far side has, for what was told last must still arrive.
  void closeGently() {
    background.execute(
        () -> {
          try {
            session.stdout().skip(Long.MAX_VALUE);
          } catch (IOException e) {
            // Over, one way or the other.
          }
          close();
        });
  }

  @Override
  public void close() {
    session.close();
  }

  private static String readLine(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0 || line.size() > LONGEST_LINE) {
        return "";
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8);
  }
}
