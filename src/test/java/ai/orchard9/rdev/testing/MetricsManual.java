package ai.orchard9.rdev.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The list of metrics in `docs/operations/monitoring.md`, which is the only one: a server has what
/// it lists, and what alerts and dashboards name is in it.
public final class MetricsManual {
  private static final Path FILE = Path.of("docs/operations/monitoring.md");
  private static final Pattern ROW =
      Pattern.compile("\\| `([a-z0-9_]+)` \\| ([a-z]+) \\| ([a-z, ]*?) ?\\| (.+) \\|");

  private static final Pattern SERIES = Pattern.compile("([a-z_]+)\\{((?:[^{}\"]|\"[^\"]*\")*)}");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)(?:=~|!~|!=|=)\"");

  /// What Prometheus adds to every series that it scrapes, and the parts of a histogram.
  private static final Set<String> ADDED = Set.of("namespace", "job", "pod", "le");

  private MetricsManual() {}

  /// One row.
  ///
  /// @param onlyInClusters whether the local runtime does not have it
  public record Row(String name, String type, Set<String> labels, boolean onlyInClusters) {}

  /// All rows, by name.
  public static Map<String, Row> rows() {
    return text()
        .lines()
        .map(ROW::matcher)
        .filter(match -> match.matches())
        .map(
            match ->
                new Row(
                    match.group(1),
                    match.group(2),
                    labels(match.group(3)),
                    match.group(4).contains("RDEV_BACKEND=kubernetes")))
        .collect(Collectors.toMap(Row::name, Function.identity()));
  }

  /// What a query names of ours that there is not: metrics, and labels that they do not have.
  ///
  /// @param others metrics that are not ours
  public static List<String> strangers(String query, Predicate<String> others) {
    var rows = rows();
    var strangers = new ArrayList<String>();
    for (var match : SERIES.matcher(query).results().toList()) {
      var name = match.group(1);
      var row = row(rows, name);
      if (others.test(name)) {
        continue;
      } else if (row == null) {
        strangers.add(name);
        continue;
      }
      LABEL
          .matcher(match.group(2))
          .results()
          .map(it -> it.group(1))
          .filter(it -> !ADDED.contains(it) && !row.labels().contains(it))
          .forEach(it -> strangers.add(name + "{" + it + "}"));
    }
    return strangers;
  }

  /// How many series a query names.
  public static long countSeries(String query) {
    return SERIES.matcher(query).results().count();
  }

  private static @Nullable Row row(Map<String, Row> rows, String sample) {
    var whole = rows.get(sample.replaceAll("_(bucket|sum|count)$", ""));
    return whole != null && Set.of("histogram", "summary").contains(whole.type())
        ? whole
        : rows.get(sample);
  }

  private static Set<String> labels(String text) {
    return Stream.of(text.split(",", -1))
        .map(String::strip)
        .filter(it -> !it.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text() {
    try {
      return Files.readString(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
