package ai.orchard9.rdev.execution;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.agent.AgentRun;
import ai.orchard9.rdev.command.model.CommandStatus;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class AgentMetricsTest {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final AgentMetrics metrics = new AgentMetrics(registry);

  @Test
  void countsWhatRunsUsedByModel() {
    metrics.ended(run("m-1", 10L, 20L, 0.5), CommandStatus.COMPLETED);
    metrics.ended(run("m-1", 1L, null, null), CommandStatus.FAILED);
    metrics.ended(run(null, null, null, null), CommandStatus.FAILED);

    assertThat(values("rdev_agent_runs"))
        .containsEntry("m-1,completed", 1.0)
        .containsEntry("m-1,failed", 1.0)
        .containsEntry("unknown,failed", 1.0)
        .containsEntry("unknown,completed", 0.0);
    assertThat(values("rdev_agent_tokens"))
        .containsEntry("m-1,input", 11.0)
        .containsEntry("m-1,output", 20.0);
    assertThat(values("rdev_agent_cost_usd")).containsEntry("m-1", 0.5);
  }

  @Test
  void givesNoMoreThanTwentyModelsALabel() {
    for (int i = 0; i < 100; i++) {
      metrics.ended(run("m-" + i, 1L, 1L, 1.0), CommandStatus.COMPLETED);
    }

    assertThat(values("rdev_agent_cost_usd")).hasSize(22).containsEntry("other", 80.0);
  }

  private Map<String, Double> values(String name) {
    var values = new HashMap<String, Double>();
    for (var snapshot : registry.scrape(name::equals)) {
      for (var point : ((CounterSnapshot) snapshot).getDataPoints()) {
        var labels = point.getLabels().stream().map(it -> it.getValue()).toList();
        // In the order of the labels' names.
        values.put(String.join(",", sorted(name, labels)), point.getValue());
      }
    }
    return values;
  }

  private static List<String> sorted(String name, List<String> values) {
    return name.equals("rdev_agent_tokens") ? values.reversed() : values;
  }

  private static AgentRun run(
      @Nullable String model,
      @Nullable Long inputTokens,
      @Nullable Long outputTokens,
      @Nullable Double costUsd) {
    return new AgentRun(null, model, 1, inputTokens, outputTokens, costUsd, null, null, false);
  }
}
