package ai.orchard9.rdev.testing.cluster;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// One way in which an answer goes wrong.
sealed interface Effect {
  /// The connection is reset without an answer.
  record Refuse() implements Effect {}

  /// This answer instead of the right one.
  record Answer(int status, String body) implements Effect {}

  /// No answer while the connection lasts.
  record Hang() implements Effect {}

  /// The 101 of an exec and nothing after it.
  record HangOpen() implements Effect {}

  /// The answer comes later.
  record Delay(Duration duration) implements Effect {}

  /// At most so many bytes in a second.
  record Slow(int bytesPerSecond) implements Effect {}

  /// The connection ends after so many bytes of the answer's body or, in an exec, after the 101.
  record CutAfter(LongSupplier bytes) implements Effect {}

  /// The connection ends after so long.
  record CutWithin(Supplier<Duration> duration) implements Effect {}

  /// An exec ends as if all were well, but without its status.
  record NoStatus() implements Effect {}

  /// An exec's status overtakes the last output.
  record EarlyStatus() implements Effect {}

  /// Bytes that an exec sends before its first output.
  record Noise(Supplier<byte[]> bytes) implements Effect {}
}
