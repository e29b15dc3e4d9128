import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Runs google-java-format over every Java file under `src`; its own options are passed on.
final class Format {
  public static void main(String[] options) throws IOException {
    var arguments = new ArrayList<>(List.of(options));
    try (var files = Files.walk(Path.of("src"))) {
      files.map(Path::toString).filter(file -> file.endsWith(".java")).sorted().forEach(arguments::add);
    }
    Main.main(arguments.toArray(String[]::new));
  }
}
