package ai.orchard9.rdev.testing.cluster;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Applies to a connection what `Faults` asks for.
final class Interference {
  private Interference() {}

  /// Applies what comes before an answer.
  ///
  /// @return whether there is to be a right one
  static boolean before(Exchange exchange, Faults.Kind kind, List<Effect> effects)
      throws IOException, InterruptedException {
    for (var effect : effects) {
      switch (effect) {
        case Effect.Refuse() -> {
          exchange.connection().abort();
          return false;
        }
        case Effect.Hang() -> {
          exchange.connection().awaitEnd();
          return false;
        }
        case Effect.Answer(var status, var body) -> {
          wrong(exchange, status, body);
          return false;
        }
        case Effect.Delay(var duration) -> TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        default -> {
          if (kind != Faults.Kind.EXEC) {
            during(exchange.connection(), effect);
          }
        }
      }
    }
    return true;
  }

  private static void wrong(Exchange exchange, int status, String body) throws IOException {
    if (body.startsWith("{")) {
      exchange.json(status, body);
    } else {
      exchange.text(status, body);
    }
  }

  /// Applies what changes the way back to the client.
  static void during(Connection connection, Effect effect) {
    switch (effect) {
      case Effect.Slow(var rate) -> connection.out().slow(rate);
      case Effect.CutAfter(var bytes) -> connection.out().cutAfter(bytes.getAsLong());
      case Effect.CutWithin(var duration) -> connection.closeAfter(duration.get());
      default -> {
        // Of no meaning here.
      }
    }
  }
}
