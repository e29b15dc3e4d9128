package ai.orchard9.rdev.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.testing.Playground;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// One section of `docs/benchmarks.md`: a table, and what is to be known about it. Writing it
/// leaves the other sections as they are.
public final class Report {
  private static final Path FILE = Playground.project().resolve("docs/benchmarks.md");
  private static final Pattern HEADING = Pattern.compile("(?m)^## ");
  private static final String INTRODUCTION =
      """
      # Benchmarks

      Written by `mvn -Pbench verify`; do not edit. The service runs as a process of its own on a PostgreSQL of its
      own with fsync on, as tests start them; clients are on the same machine and share its processors. Machines
      differ and are noisy: what counts is the ratio to the same thing done bare in the same run.

      """;

  private final String title;
  private final List<List<String>> rows = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /// @param title sections stand in its order
  public Report(String title, String... columns) {
    this.title = title;
    rows.add(List.of(columns));
    rows.add(Arrays.stream(columns).map(it -> "---").toList());
  }

  /// Adds a row.
  public Report row(String name, String... cells) {
    var row = new ArrayList<String>();
    row.add(name);
    row.addAll(List.of(cells));
    rows.add(row);
    return this;
  }

  /// Adds a paragraph below the table.
  public Report note(String text) {
    notes.add(text);
    return this;
  }

  /// Prints the section and writes it.
  public void write() {
    var text = text();
    System.out.println(text);
    var sections = sections();
    sections.put(title, text);
    try {
      Files.writeString(FILE, INTRODUCTION + String.join("\n", sections.values()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String text() {
    var text = new StringBuilder("## " + title + "\n\n" + machine() + "\n\n");
    rows.forEach(row -> text.append("| ").append(String.join(" | ", row)).append(" |\n"));
    notes.forEach(note -> text.append('\n').append(note.strip()).append('\n'));
    return text.toString();
  }

  private static Map<String, String> sections() {
    var sections = new TreeMap<String, String>();
    if (Files.exists(FILE)) {
      HEADING
          .splitAsStream(read(FILE))
          .skip(1)
          .forEach(
              it -> sections.put(it.lines().findFirst().orElse(""), "## " + it.strip() + "\n"));
    }
    return sections;
  }

  private static String machine() {
    var model =
        read(Path.of("/proc/cpuinfo"))
            .lines()
            .filter(it -> it.startsWith("model name"))
            .map(it -> it.replaceAll(".*: *", ""))
            .findFirst()
            .orElse("unknown processor");
    var load = read(Path.of("/proc/loadavg")).split(" ", -1)[0];
    return Arrays.asList(
            LocalDate.now(ZoneOffset.UTC).toString(),
            Runtime.getRuntime().availableProcessors() + " × " + model,
            "Linux " + System.getProperty("os.version").replaceAll("[^0-9.].*", ""),
            "JDK " + Runtime.version(),
            "load " + load + " at the end")
        .stream()
        .collect(Collectors.joining(", ", "", "."));
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
