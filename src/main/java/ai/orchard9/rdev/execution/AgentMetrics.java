package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.agent.AgentRun;
import ai.orchard9.rdev.command.model.CommandStatus;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What agents used up, by model.
final class AgentMetrics {
  /// Models with a value of their own; further ones count as `other`: their names come from
  /// outside.
  private static final int MOST_MODELS = 20;

  private static final String UNKNOWN = "unknown";
  private static final String OTHER = "other";
  private static final String INPUT = "input";
  private static final String OUTPUT = "output";

  private final Set<String> models = ConcurrentHashMap.newKeySet();
  private final Counter runs;
  private final Counter tokens;
  private final Counter cost;

  AgentMetrics(PrometheusRegistry registry) {
    this.runs =
        Counter.builder()
            .name("rdev_agent_runs_total")
            .help("Claude runs that ended on this server")
            .labelNames("model", "status")
            .register(registry);
    this.tokens =
        Counter.builder()
            .name("rdev_agent_tokens_total")
            .help("Tokens that claude runs used, without those from caches")
            .labelNames("model", "direction")
            .register(registry);
    this.cost =
        Counter.builder()
            .name("rdev_agent_cost_usd_total")
            .help("US dollars that claude runs cost, as they themselves reckon")
            .labelNames("model")
            .register(registry);
    List.of(UNKNOWN, OTHER).forEach(this::beginAtZero);
  }

  private void beginAtZero(String model) {
    Stream.of(CommandStatus.values())
        .filter(CommandStatus::isFinal)
        .forEach(it -> runs.initLabelValues(model, it.wire()));
    tokens.initLabelValues(model, INPUT);
    tokens.initLabelValues(model, OUTPUT);
    cost.initLabelValues(model);
  }

  void ended(AgentRun run, CommandStatus status) {
    var model = label(run.model());
    runs.labelValues(model, status.wire()).inc();
    if (run.inputTokens() != null) {
      tokens.labelValues(model, INPUT).inc(run.inputTokens());
    }
    if (run.outputTokens() != null) {
      tokens.labelValues(model, OUTPUT).inc(run.outputTokens());
    }
    if (run.costUsd() != null) {
      cost.labelValues(model).inc(run.costUsd());
    }
  }

  private String label(@Nullable String model) {
    if (model == null) {
      return UNKNOWN;
    }
    if (models.contains(model) || (models.size() < MOST_MODELS && models.add(model))) {
      return model;
    }
    return OTHER;
  }
}
