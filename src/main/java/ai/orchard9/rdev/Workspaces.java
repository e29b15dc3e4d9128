package ai.orchard9.rdev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The folder of local projects.
final class Workspaces {

  private Workspaces() {}

  /// Makes it when missing, and a project `demo` when there is none.
  static Path prepare(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (var projects = Files.list(folder)) {
      if (projects.noneMatch(Files::isDirectory)) {
        Files.createDirectories(folder.resolve("demo"));
      }
    }
    return folder;
  }
}
