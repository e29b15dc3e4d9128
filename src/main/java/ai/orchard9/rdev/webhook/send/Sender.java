package ai.orchard9.rdev.webhook.send;

import java.time.Duration;

/// Sends messages, many at once: every method may be called from any thread.
public interface Sender extends AutoCloseable {

  /// Makes one attempt, from looking the name up to the head of the answer. Blocks for at most the
  /// limit, whatever the receiver does. Never throws for what goes wrong on the way; a thread that
  /// is interrupted gets [Attempt.Failed] and keeps its interrupt.
  ///
  /// @param limit above zero
  Attempt send(Message message, Duration limit);

  /// Closes all connections; attempts under way fail.
  @Override
  void close();
}
