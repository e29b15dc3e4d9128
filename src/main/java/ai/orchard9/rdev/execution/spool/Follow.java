package ai.orchard9.rdev.execution.spool;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A command's two streams as they grow, and its end. Each stream has one reader, on a platform
/// thread; both must be read, or the command's output piles up in the project, and the end never
/// comes.
///
/// The session is let go of by one of `done`, `bye` and `close`; the command notices none of them.
public final class Follow implements AutoCloseable {
  private final SpoolSession session;
  private final CountDownLatch streams = new CountDownLatch(2);
  private final MarkedStream stdout;
  private final MarkedStream stderr;

  /// @param stdoutLimit how many bytes may still come; more is not output
  Follow(SpoolSession session, Marker marker, long stdoutLimit, long stderrLimit) {
    this.session = session;
    this.stdout = new MarkedStream(session.stdout(), marker, stdoutLimit, streams);
    this.stderr = new MarkedStream(session.stderr(), marker, stderrLimit, streams);
  }

  /// The exact bytes, from the offset asked for on; ends with the command's output, or when the
  /// session breaks. Reading does not throw.
  public InputStream stdout() {
    return stdout;
  }

  /// The same of stderr.
  public InputStream stderr() {
    return stderr;
  }

  /// How it ended, once readers have met the end of both streams.
  ///
  /// @param limit how long to wait for that; [End.Cut] when it did not come
  public End end(Duration limit) throws InterruptedException {
    if (!streams.await(limit.toNanos(), TimeUnit.NANOSECONDS)
        || !stdout.found()
        || !stderr.found()) {
      return new End.Cut();
    }
    if (stdout.trailer().equals("lost")) {
      return new End.Lost();
    }
    return ExitRecord.parse(stdout.trailer()).<End>map(End.Ended::new).orElseGet(End.Cut::new);
  }

  /// The outcome is committed: removes what the project keeps of the command. Should that not
  /// arrive, the sweep will do it.
  public void done() {
    leave("done");
  }

  /// Leaves the command to another server, at once.
  public void bye() {
    leave("bye");
  }

  private void leave(String word) {
    try {
      session.tell(word);
    } catch (IOException e) {
      // It is broken already, and the far side has left by itself.
    }
    session.closeGently();
  }

  /// Lets go of the session; what runs, runs on.
  @Override
  public void close() {
    session.close();
  }
}
