package ai.orchard9.rdev.testing.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Whether a container can start a program at all, in the words of runc when it cannot.
final class Executables {
  private static final int LINKS = 40;

  private Executables() {}

  static Optional<String> refusal(Container container, String program) {
    if (!Files.isDirectory(inside(container.root(), container.spec().workspace()))) {
      return Optional.of(
          "chdir to cwd (\"%s\") set in config.json failed: no such file or directory"
              .formatted(container.spec().workspace()));
    }
    return refusal(container.root(), program).map(it -> "exec: \"" + program + "\": " + it);
  }

  private static Optional<String> refusal(Path root, String program) {
    if (!program.contains("/")) {
      var found =
          List.of(Container.SEARCH_PATH.split(":", -1)).stream()
              .map(it -> inside(root, it + "/" + program))
              .anyMatch(it -> Files.isRegularFile(it) && Files.isExecutable(it));
      return found ? Optional.empty() : Optional.of("executable file not found in $PATH");
    }
    var file = inside(root, program);
    if (!Files.exists(file)) {
      return Optional.of("stat " + program + ": no such file or directory");
    }
    return Files.isRegularFile(file) && Files.isExecutable(file)
        ? Optional.empty()
        : Optional.of("permission denied");
  }

  /// Follows symbolic links as a process does whose root this is.
  private static Path inside(Path root, String path) {
    Deque<Path> rest = new ArrayDeque<>();
    Path.of(path).forEach(rest::add);
    var at = Path.of("/");
    for (var links = 0; !rest.isEmpty() && links < LINKS; ) {
      var next = at.resolve(rest.pop()).normalize();
      var real = root.resolve(next.toString().substring(1));
      if (!Files.isSymbolicLink(real)) {
        at = next;
        continue;
      }
      links++;
      var target = target(real);
      at = target.isAbsolute() ? Path.of("/") : at;
      for (var i = target.getNameCount() - 1; i >= 0; i--) {
        rest.push(target.getName(i));
      }
    }
    return root.resolve(at.toString().substring(1));
  }

  private static Path target(Path link) {
    try {
      return Files.readSymbolicLink(link);
    } catch (IOException e) {
      return Path.of("/nonexistent");
    }
  }
}
