package ai.orchard9.rdev.webhook;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How a claim ended, as it is written down.
///
/// @param pause until the next attempt; zero unless there is one
/// @param trial the attempt that was made; empty: none was
record Verdict(Claim claim, Outcome outcome, Duration pause, Optional<Trial> trial) {

  /// One attempt.
  ///
  /// @param startedAt by `System.nanoTime`
  /// @param statusCode null: there was no answer
  /// @param error null: the receiver took it
  record Trial(
      long startedAt, Duration duration, @Nullable Integer statusCode, @Nullable String error) {

    /// How long ago it began.
    long ageMillis() {
      return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAt);
    }

    boolean isGone() {
      return statusCode != null && statusCode == 410;
    }

    boolean isAnswered() {
      return statusCode != null;
    }
  }

  /// It was not sent, and never will be.
  static Verdict unwanted(Claim claim) {
    return new Verdict(claim, Outcome.FAILED, Duration.ZERO, Optional.empty());
  }

  /// It is left to others.
  static Verdict released(Claim claim) {
    return new Verdict(claim, Outcome.RELEASED, Duration.ZERO, Optional.empty());
  }

  boolean isSuccess() {
    return outcome == Outcome.DELIVERED;
  }

  /// The receiver was tried, and did not take it.
  boolean isFailure() {
    return trial.isPresent() && !isSuccess();
  }
}
