package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The processes that a container sees, read from its own `/proc`.
final class ProcessList {
  private ProcessList() {}

  static List<PodProcess> of(Container container) {
    var found = new ArrayList<PodProcess>();
    if (!container.isAlive()) {
      return found;
    }
    try (var entries = Files.newDirectoryStream(container.root().resolve("proc"), "[0-9]*")) {
      for (var entry : entries) {
        add(entry, found);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static void add(Path entry, List<PodProcess> found) {
    try {
      var stat = new String(Files.readAllBytes(entry.resolve("stat")), UTF_8);
      var args =
          new String(Files.readAllBytes(entry.resolve("cmdline")), UTF_8)
              .replace('\0', ' ')
              .strip();
      var name = stat.substring(stat.indexOf('('), stat.lastIndexOf(')') + 1);
      found.add(
          new PodProcess(
              Long.parseLong(entry.getFileName().toString()),
              stat.charAt(stat.lastIndexOf(')') + 2),
              args.isEmpty() ? name.replace('(', '[').replace(')', ']') : args));
    } catch (IOException _) {
      // It has ended meanwhile.
    }
  }
}
