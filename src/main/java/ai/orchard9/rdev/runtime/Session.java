package ai.orchard9.rdev.runtime;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;

/// One program running in a project, and its three streams.
///
/// Readers and writers use **platform threads**: reading a pipe blocks the carrier of a virtual
/// one. Each stream has one user at a time; `close` may be called by anybody at any time.
public interface Session extends AutoCloseable {
  /// What the program reads. Flush what must arrive.
  OutputStream stdin();

  /// What it prints, until all who hold this end of it are gone.
  InputStream stdout();

  /// What it prints to stderr, likewise.
  InputStream stderr();

  /// How it ended, or [Exit.Running] when it has not within the limit.
  Exit waitFor(Duration limit) throws InterruptedException;

  /// Lets go of the three streams, without waiting. Nothing in the session is killed: what still
  /// wants to live there must not depend on us.
  @Override
  void close();
}
