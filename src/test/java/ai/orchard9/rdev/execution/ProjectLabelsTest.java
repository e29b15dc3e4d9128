package ai.orchard9.rdev.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Which projects metrics tell apart.
final class ProjectLabelsTest {

  @Test
  void givesTheFirstOnesTheirNameAndAllOthersNone() {
    var labels = new ProjectLabels(2);

    assertThat(labels.of("a")).isEqualTo("a");
    assertThat(labels.of("b")).isEqualTo("b");
    assertThat(labels.of("c")).isEmpty();
    assertThat(labels.of("a")).isEqualTo("a");
  }

  @Test
  void givesNoNameWhereNoneIsWanted() {
    assertThat(new ProjectLabels(0).name("a")).isEmpty();
  }

  @Test
  void neverGivesMoreNamesHoweverManyAskAtOnce() {
    var labels = new ProjectLabels(10);

    var named =
        IntStream.range(0, 10_000)
            .parallel()
            .mapToObj(it -> labels.of("p" + it % 500))
            .collect(Collectors.toSet());

    assertThat(named).hasSize(11).contains("");
  }

  @Test
  void projectsThatAreListedHaveTheirSeriesAtZero() {
    var registry = new PrometheusRegistry();
    var metrics = new CommandMetrics(registry, 1);

    metrics.expect(List.of("a", "b"));

    assertThat(activeProjects(registry)).isEqualTo(Set.of("", "a"));
  }

  private static Set<String> activeProjects(PrometheusRegistry registry) {
    return registry.scrape(name -> name.equals("rdev_commands_active")).stream()
        .map(GaugeSnapshot.class::cast)
        .flatMap(it -> it.getDataPoints().stream())
        .map(it -> String.valueOf(it.getLabels().get("project")))
        .collect(Collectors.toSet());
  }
}
