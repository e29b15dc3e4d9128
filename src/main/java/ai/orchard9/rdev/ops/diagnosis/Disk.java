package ai.orchard9.rdev.ops.diagnosis;

import ai.orchard9.rdev.error.ApiException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// The disk of the JVM's temporary files.
final class Disk {
  /// What others on that disk shall be left with.
  private static final long RESERVE = 64L << 20;

  private static final Duration RETRY = Duration.ofMinutes(1);

  private Disk() {}

  static Path folder() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /// Bytes that are free there.
  static long free() {
    try {
      return Files.getFileStore(folder()).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Makes sure of the room for a file.
  ///
  /// @throws ApiException.Unavailable there is too little
  static void require(long bytes) {
    var free = free();
    if (free < bytes + RESERVE) {
      throw new ApiException.Unavailable(
          "%s has %d bytes free, %d are needed".formatted(folder(), free, bytes + RESERVE), RETRY);
    }
  }
}
