package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.Scrape;
import ai.orchard9.rdev.testing.Scrape.Sample;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// An alert's expression, as far as a scrape of one server answers it: what its selectors choose,
/// and the limit that it compares with. How it adds up is the scenario's to say; that it then fires
/// is tried with `promtool`.
record Alert(String name, String expression) {
  private static final Path RULES = Path.of("k8s/components/monitoring/prometheusrule.yaml");
  private static final Pattern SELECTOR = Pattern.compile("(\\w+)\\{((?:\"[^\"]*\"|[^}\"])*)}");
  private static final Pattern MATCHER = Pattern.compile("(\\w+)(=~|!=|=)\"([^\"]*)\"");
  private static final Pattern LIMIT = Pattern.compile("(?:>|>=|==|<) ([0-9.]+)\\s*$");

  /// What Prometheus adds to each series.
  private static final List<String> ADDED = List.of("namespace", "job");

  static Alert named(String name) {
    try {
      return new YAMLMapper()
          .readTree(RULES.toFile())
          .at("/spec/groups/0/rules")
          .valueStream()
          .filter(it -> it.path("alert").asText().equals(name))
          .map(it -> new Alert(name, it.path("expr").asText()))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What the expression compares with at its end.
  double limit() {
    var found = LIMIT.matcher(expression);
    assertThat(found.find()).as(expression).isTrue();
    return Double.parseDouble(found.group(1));
  }

  /// The sum of what a selector of the expression chooses.
  ///
  /// @param selector from 0 on, in their order
  double sum(int selector, Scrape scrape) {
    return chosen(selector, scrape).stream().mapToDouble(Sample::value).sum();
  }

  /// The same, by the values of a label.
  Map<String, Double> sumBy(String label, int selector, Scrape scrape) {
    return chosen(selector, scrape).stream()
        .collect(
            Collectors.groupingBy(
                it -> it.labels().getOrDefault(label, ""),
                Collectors.summingDouble(Sample::value)));
  }

  /// By how much the sum has grown.
  double increase(int selector, Scrape before, Scrape after) {
    return sum(selector, after) - sum(selector, before);
  }

  private List<Sample> chosen(int selector, Scrape scrape) {
    var found = SELECTOR.matcher(expression).results().toList().get(selector);
    var labels = labels(found.group(2));
    return scrape.family(found.group(1)).samples().stream().filter(labels).toList();
  }

  private static Predicate<Sample> labels(String matchers) {
    return MATCHER
        .matcher(matchers)
        .results()
        .filter(it -> !ADDED.contains(it.group(1)))
        .map(it -> label(it.group(1), it.group(2), it.group(3)))
        .reduce(_ -> true, Predicate::and);
  }

  private static Predicate<Sample> label(String name, String operator, String value) {
    Predicate<String> matches =
        switch (operator) {
          case "=" -> value::equals;
          case "!=" -> it -> !it.equals(value);
          default -> it -> it.matches(value);
        };
    return it -> matches.test(it.labels().getOrDefault(name, ""));
  }
}
