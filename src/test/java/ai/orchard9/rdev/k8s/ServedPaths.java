package ai.orchard9.rdev.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What the application port serves, by the first word of each path.
final class ServedPaths {

  private static final Pattern RESOURCE = Pattern.compile("(?m)^@Path\\(\"(/[^/\"{]+)");

  private ServedPaths() {}

  /// `/projects`, `/health`, …, as the resources in the sources say.
  static Set<String> all() {
    try (var files = Files.walk(Path.of("src/main/java"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .flatMap(file -> RESOURCE.matcher(StrictModel.text(file)).results())
          .map(match -> match.group(1))
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
