package ai.orchard9.rdev.testing;

import ai.orchard9.rdev.RdevApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// The service on a clock that a test can move while it runs: `rdev.clock` names a file that holds
/// how far it is ahead, as an ISO 8601 duration.
public final class SkewedServer {
  private SkewedServer() {}

  /// Starts as the service does.
  public static void main(String[] arguments) throws Exception {
    var file = Path.of(System.getProperty("rdev.clock"));
    new RdevApplication(() -> Instant.now().plus(ahead(file))).run(arguments);
  }

  private static Duration ahead(Path file) {
    try {
      return Duration.parse(Files.readString(file).strip());
    } catch (IOException e) {
      return Duration.ZERO;
    }
  }
}
