package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.MetricsManual;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// The two kinds that the client's model does not have, checked by hand.
final class MonitoringTest {

  private static final Path RUNBOOKS = Path.of("runbooks");

  @Test
  void scrapesTheServicesPort() {
    var monitor = one("ServiceMonitor");
    var service = Manifests.base().one(Service.class);

    assertThat(fields(monitor)).containsExactlyInAnyOrder("selector", "endpoints");
    assertThat(service.getMetadata().getLabels())
        .containsAllEntriesOf(Map.of("app", monitor.at("/selector/matchLabels/app").asText()));
    var endpoint = monitor.path("endpoints").path(0);
    assertThat(fields(endpoint)).containsOnly("port", "path", "interval", "scrapeTimeout");
    assertThat(endpoint.path("port").asText())
        .isEqualTo(service.getSpec().getPorts().getFirst().getName());
    assertThat(ServedPaths.all()).contains(endpoint.path("path").asText());
  }

  @Test
  void hasTheAlertsOfTheRunbooks() {
    assertThat(rules())
        .extracting(rule -> rule.path("alert").asText())
        .doesNotHaveDuplicates()
        .contains("RdevAPIHighCPU", "RdevAPIHighMemory", "RdevAPIProjectNotFound");
  }

  @Test
  void saysForEachAlertWhatItMeansAndWhatToDo() {
    assertThat(rules())
        .allSatisfy(
            rule -> {
              assertThat(fields(rule))
                  .containsExactlyInAnyOrder("alert", "expr", "for", "labels", "annotations");
              assertThat(rule.path("alert").asText()).matches("RdevAPI[A-Za-z]+");
              assertThat(rule.path("for").asText()).matches("[0-9]+m");
              assertThat(rule.at("/labels/severity").asText()).isIn("warning", "critical");
              assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
              assertThat(rule.at("/annotations/runbook").asText())
                  .isEqualTo("runbooks/" + rule.path("alert").asText() + ".md");
            });
  }

  @Test
  void hasARunbookForEachAlertAndNoOther() throws IOException {
    var alerts = rules().stream().map(rule -> rule.path("alert").asText() + ".md").toList();

    try (var files = Files.list(RUNBOOKS)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.equals("README.md"))
          .containsExactlyInAnyOrderElementsOf(alerts);
    }
    assertThat(alerts)
        .allSatisfy(
            name -> {
              var alert = name.replace(".md", "");
              assertThat(Files.readString(RUNBOOKS.resolve(name))).startsWith("# " + alert + "\n");
              assertThat(Files.readString(RUNBOOKS.resolve("README.md")))
                  .contains("[" + alert + "](" + name + ")");
            });
  }

  @Test
  void asksOnlyForMetricsThatExist() {
    assertThat(rules())
        .allSatisfy(
            rule -> {
              var query = rule.path("expr").asText();
              assertThat(MetricsManual.countSeries(query)).as(query).isPositive();
              assertThat(MetricsManual.strangers(query, MonitoringTest::isOfTheCluster)).isEmpty();
            });
  }

  private static boolean isOfTheCluster(String metric) {
    return metric.equals("up") || metric.startsWith("kube_pod_") || metric.startsWith("container_");
  }

  private static List<JsonNode> rules() {
    return list(one("PrometheusRule").at("/groups/0/rules"));
  }

  private static JsonNode one(String kind) {
    var found = Manifests.overlay("production", "monitoring").ofKind(kind);
    assertThat(found).hasSize(1);
    assertThat(Manifests.overlay("production").ofKind(kind))
        .as("a cluster without the Prometheus Operator would refuse all of it")
        .isEmpty();
    return found.getFirst().tree().path("spec");
  }

  private static List<String> fields(JsonNode node) {
    return node.properties().stream().map(Map.Entry::getKey).toList();
  }

  private static List<JsonNode> list(JsonNode nodes) {
    return StreamSupport.stream(nodes.spliterator(), false).toList();
  }
}
