package ai.orchard9.rdev.ops.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// What a server says of itself.
///
/// @param id among owners of commands
/// @param name its host or pod
/// @param openStreams how many are open now
/// @param sinceNumbering how long ago it was this server that numbered facts; empty: never
/// @param sinceSealing how long ago it was this server that sealed the audit log; empty: never
public record Self(
    String id,
    String name,
    String version,
    IntSupplier openStreams,
    Supplier<Optional<Duration>> sinceNumbering,
    Supplier<Optional<Duration>> sinceSealing) {
  private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");
  private static final int LONGEST = 255;

  /// The name of the pod, which Kubernetes puts into `HOSTNAME`, or of the host. No name service is
  /// asked: it may hang.
  public static String hostName() {
    return Optional.ofNullable(System.getenv("HOSTNAME"))
        .filter(it -> !it.isBlank())
        .or(Self::kernelsName)
        .map(it -> it.strip().replaceAll("[^\\x21-\\x7e]", "?"))
        .map(it -> it.substring(0, Math.min(it.length(), LONGEST)))
        .orElse("unknown");
  }

  private static Optional<String> kernelsName() {
    try {
      return Optional.of(Files.readString(KERNEL).strip()).filter(it -> !it.isEmpty());
    } catch (IOException notLinux) {
      return Optional.empty();
    }
  }

  /// The version of the jar that this class came in.
  public static String releasedVersion() {
    return Optional.ofNullable(Self.class.getPackage().getImplementationVersion())
        .orElse("unreleased");
  }
}
