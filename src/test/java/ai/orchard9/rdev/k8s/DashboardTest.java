package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.MetricsManual;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.HashSet;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The dashboard: whether Grafana takes it, and whether what it asks for is there.
final class DashboardTest {
  private final JsonNode dashboard = dashboard();

  @Test
  void isFoundByGrafanasSidecar() {
    assertThat(configMap().getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
    assertThat(configMap().getMetadata().getNamespace()).isEqualTo("rdev");
    assertThat(dashboard.path("uid").asText()).isEqualTo("rdev-api");
    assertThat(dashboard.path("schemaVersion").asInt()).isPositive();
  }

  @Test
  void asksOnlyForMetricsAndLabelsThatExist() {
    assertThat(queries().toList()).hasSizeGreaterThan(40).doesNotHaveDuplicates();
    assertThat(queries())
        .allSatisfy(
            query -> {
              assertThat(MetricsManual.countSeries(query)).as(query).isPositive();
              assertThat(MetricsManual.strangers(query, "ALERTS"::equals)).as(query).isEmpty();
            });
  }

  @Test
  void showsEachPanelOnceAndNoneOverAnother() {
    var taken = new HashSet<String>();
    var ids = new HashSet<Integer>();
    var titles = new HashSet<String>();

    for (var panel : dashboard.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).isTrue();
      assertThat(titles.add(panel.path("title").asText()))
          .as(panel.path("title").asText())
          .isTrue();
      var at = panel.path("gridPos");
      for (int x = 0; x < at.path("w").asInt(); x++) {
        for (int y = 0; y < at.path("h").asInt(); y++) {
          assertThat(taken.add((at.path("x").asInt() + x) + "/" + (at.path("y").asInt() + y)))
              .as(panel.path("title").asText())
              .isTrue();
        }
      }
      assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
    }
  }

  @Test
  void asksTheDataSourceThatIsChosen() {
    assertThat(dashboard.findValues("datasource"))
        .allMatch(it -> it.path("uid").asText().equals("${datasource}"));
    assertThat(dashboard.at("/templating/list/0/name").asText()).isEqualTo("datasource");
  }

  private Stream<String> queries() {
    return dashboard.path("panels").findValues("expr").stream().map(JsonNode::asText);
  }

  private static ConfigMap configMap() {
    return Manifests.overlay("production", "monitoring").ofKind("ConfigMap").stream()
        .filter(it -> it.name().startsWith("grafana"))
        .findFirst()
        .orElseThrow()
        .as(ConfigMap.class);
  }

  private static JsonNode dashboard() {
    Map<String, String> data = configMap().getData();
    assertThat(data).hasSize(1);
    try {
      return new ObjectMapper().readTree(data.values().iterator().next());
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON", e);
    }
  }
}
