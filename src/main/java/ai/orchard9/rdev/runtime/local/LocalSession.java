package ai.orchard9.rdev.runtime.local;

import ai.orchard9.rdev.runtime.Exit;
import ai.orchard9.rdev.runtime.Session;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/// A process of this machine. After its own end the JDK keeps what it had printed and closes the
/// pipes, so what others still print into them is lost: the spool has it.
final class LocalSession implements Session {
  private final Process process;

  LocalSession(Process process) {
    this.process = process;
  }

  @Override
  public OutputStream stdin() {
    return process.getOutputStream();
  }

  @Override
  public InputStream stdout() {
    return process.getInputStream();
  }

  @Override
  public InputStream stderr() {
    return process.getErrorStream();
  }

  @Override
  public Exit waitFor(Duration limit) throws InterruptedException {
    return process.waitFor(limit) ? new Exit.Exited(process.exitValue()) : new Exit.Running();
  }

  @Override
  public void close() {
    closeQuietly(process.getInputStream());
    closeQuietly(process.getErrorStream());
    // Closing flushes, and so waits for a writer that a stopped process holds up: not in our
    // caller.
    Thread.ofPlatform()
        .daemon()
        .name("close-stdin-" + process.pid())
        .start(() -> closeQuietly(process.getOutputStream()));
  }

  private static void closeQuietly(Closeable stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // Nobody reads at the other end any more, which is what we want.
    }
  }
}
