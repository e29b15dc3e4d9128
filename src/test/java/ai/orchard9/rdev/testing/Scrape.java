package ai.orchard9.rdev.testing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What `/metrics` says, in Prometheus' text format.
///
/// @param families by name, as the TYPE lines have it
public record Scrape(Map<String, Family> families) {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /// Which labels tell the samples of one series apart, and no series from another.
  private static final Set<String> PARTS = Set.of("le", "quantile");

  /// One metric.
  ///
  /// @param type `counter`, `gauge`, `histogram` or `summary`
  public record Family(String name, String type, List<Sample> samples) {
    /// The sets of labels that its series have: one, if all is well.
    public Set<Set<String>> labelSets() {
      return samples.stream().map(it -> names(it.labels())).collect(Collectors.toSet());
    }

    private static Set<String> names(Map<String, String> labels) {
      var names = new TreeSet<>(labels.keySet());
      names.removeAll(PARTS);
      return names;
    }
  }

  /// One line.
  public record Sample(String name, Map<String, String> labels, double value) {}

  /// Asks a server.
  public static Scrape of(ServerProcess server) {
    return parse(server.client().get("/metrics").text());
  }

  /// Reads the text format.
  public static Scrape parse(String text) {
    var families = new LinkedHashMap<String, Family>();
    var current = new Family("", "", List.of());
    for (var line : text.lines().toList()) {
      if (line.startsWith("# TYPE ")) {
        var words = line.split(" ", -1);
        current = new Family(words[2], words[3], new ArrayList<>());
        if (families.put(current.name(), current) != null) {
          throw new AssertionError("there twice: " + line);
        }
      } else if (!line.startsWith("#")) {
        current.samples().add(sample(line, current));
      }
    }
    return new Scrape(families);
  }

  private static Sample sample(String line, Family family) {
    var match = SAMPLE.matcher(line);
    if (!match.matches() || !match.group(1).startsWith(family.name())) {
      throw new AssertionError("no sample of " + family.name() + ": " + line);
    }
    var labels = new LinkedHashMap<String, String>();
    if (match.group(2) != null) {
      LABEL.matcher(match.group(2)).results().forEach(it -> labels.put(it.group(1), it.group(2)));
    }
    return new Sample(match.group(1), labels, number(match.group(3)));
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /// The metric of that name.
  public Family family(String name) {
    var family = families.get(name);
    if (family == null) {
      throw new NoSuchElementException("no " + name + " among " + families.keySet());
    }
    return family;
  }

  /// The value of one series.
  ///
  /// @param sample name of the sample, with `_count` or `_sum` where it has one
  /// @param labels `name=value`, all that it has
  public double value(String sample, String... labels) {
    var wanted = labels(labels);
    return samples(sample).stream()
        .filter(it -> it.labels().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException(sample + wanted))
        .value();
  }

  /// Whether there is such a series.
  public boolean has(String sample, String... labels) {
    return samples(sample).stream().anyMatch(it -> it.labels().equals(labels(labels)));
  }

  /// The sum of all series that have these labels, and perhaps more.
  public double sum(String sample, String... labels) {
    var wanted = labels(labels).entrySet();
    return samples(sample).stream()
        .filter(it -> it.labels().entrySet().containsAll(wanted))
        .mapToDouble(Sample::value)
        .sum();
  }

  private List<Sample> samples(String name) {
    return families.values().stream()
        .filter(it -> name.startsWith(it.name()))
        .max(Comparator.comparingInt(it -> it.name().length()))
        .map(Family::samples)
        .orElse(List.of())
        .stream()
        .filter(it -> it.name().equals(name))
        .toList();
  }

  private static Map<String, String> labels(String... labels) {
    var map = new LinkedHashMap<String, String>();
    for (var label : labels) {
      map.put(label.substring(0, label.indexOf('=')), label.substring(label.indexOf('=') + 1));
    }
    return map;
  }
}
