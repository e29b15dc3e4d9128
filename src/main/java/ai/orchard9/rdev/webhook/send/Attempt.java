package ai.orchard9.rdev.webhook.send;

import java.time.Duration;
import java.util.Optional;

/// What became of one attempt. An `error` is a few words out of a fixed set ([Failures]): it may be
/// shown and counted by, and says nothing of addresses, names or this server's inside.
public sealed interface Attempt {

  /// How long it took, the head of the answer included and its body not.
  Duration duration();

  /// The receiver answered in time. What follows the head is thrown away: it can neither delay nor
  /// undo the answer.
  ///
  /// @param statusCode 200–599 by any sane receiver; redirects are not followed
  /// @param retryAfter what `Retry-After` asks to wait, 0–365 days; empty when absent or unreadable
  record Answered(int statusCode, Optional<Duration> retryAfter, Duration duration)
      implements Attempt {}

  /// There was no answer; trying again may help.
  record Failed(String error, Duration duration) implements Attempt {}

  /// The target may not be sent to: nothing was connected.
  record Refused(String error, Duration duration) implements Attempt {}
}
