package ai.orchard9.rdev.database;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A running server process of one data directory, as `postmaster.pid` and `/proc` tell of it.
///
/// @param pid its process id
/// @param port on 127.0.0.1; 0 while it has not said yet
record Postmaster(long pid, int port) {

  private static final int PORT_LINE = 3;

  /// The live postmaster of the directory. A file that names a process which is gone, or which is
  /// not PostgreSQL working in this directory (pids are used again), means there is none.
  static Optional<Postmaster> of(Path data) throws IOException {
    var file = data.resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    var lines = Files.readAllLines(file);
    try {
      var pid = Long.parseLong(lines.isEmpty() ? "" : lines.getFirst().strip());
      var port = lines.size() > PORT_LINE ? Integer.parseInt(lines.get(PORT_LINE).strip()) : 0;
      return worksIn(Path.of("/proc/" + pid), data)
          ? Optional.of(new Postmaster(pid, port))
          : Optional.empty();
    } catch (NumberFormatException unfinished) {
      return Optional.empty();
    }
  }

  /// Whether any process of PostgreSQL still works in the directory: after a postmaster was killed,
  /// its children need a moment to notice.
  static boolean anyWorksIn(Path data) throws IOException {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (var process : processes) {
        if (worksIn(process, data)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean worksIn(Path process, Path data) {
    try {
      // Every process of PostgreSQL has its data directory as working directory.
      return Files.readSymbolicLink(process.resolve("cwd")).equals(data.toRealPath())
          && Files.readString(process.resolve("comm")).startsWith("postgres");
    } catch (IOException goneOrNotOurs) {
      return false;
    }
  }
}
