package ai.orchard9.rdev.testing.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/// Named pipes, made in batches. Java's own pipes do not do for output: it closes them when the
/// process ends, although the process's children still write.
final class Fifos {
  private static final int BATCH = 64;

  private final Path folder;
  private final Deque<Path> ready = new ArrayDeque<>();
  private int made;

  Fifos(Path folder) {
    this.folder = folder;
  }

  synchronized Path take() throws IOException {
    if (ready.isEmpty()) {
      make();
    }
    return Objects.requireNonNull(ready.poll());
  }

  private void make() throws IOException {
    var command = new ArrayList<>(List.of("mkfifo", "-m", "666"));
    for (var i = 0; i < BATCH; i++) {
      var path = folder.resolve("fifo-" + ++made);
      ready.add(path);
      command.add(path.toString());
    }
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    Node.plain(builder);
    Container.awaitEnd(builder.start());
  }
}
