package ai.orchard9.rdev.e2e;

import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.ServerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/// A stand-in for the Claude CLI in the work directory of a project: it does what its prompt says,
/// a script in bash, and has words for what the CLI prints.
public final class StandIn {
  /// Where projects find it.
  public static final String COMMAND = "./.stand-in/claude";

  private StandIn() {}

  /// Has the runs of these servers' first project use it.
  public static ServerSettings use(ServerSettings settings) {
    settings.project(Backend.DEMO);
    try {
      copy(settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return settings.environment("CLAUDE_COMMAND", COMMAND);
  }

  private static void copy(ServerSettings settings) throws IOException {
    var folder =
        Files.createDirectories(settings.backend().workspace(Backend.DEMO).resolve(".stand-in"));
    for (var name : new String[] {"claude", "tools.jsonl"}) {
      try (var file =
          Objects.requireNonNull(StandIn.class.getResourceAsStream("/claude/" + name))) {
        Files.copy(file, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.setPosixFilePermissions(
        folder.resolve("claude"), PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
