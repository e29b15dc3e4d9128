package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.runtime.Breaker;
import java.util.List;
import java.util.Optional;

/// `circuit-breaker`: whether this server calls the cluster. Open, commands wait in the queue and
/// projects are listed as they were last known; what runs, runs on.
public final class CircuitBreakerTask implements AdminTask {
  private static final String ACTION = "action";
  private static final List<String> ACTIONS = List.of("show", "open", "close", "reset");

  private final Optional<Breaker> breaker;

  /// @param breaker empty where there is no cluster: always closed
  public CircuitBreakerTask(Optional<Breaker> breaker) {
    this.breaker = breaker;
  }

  @Override
  public String name() {
    return "circuit-breaker";
  }

  @Override
  public List<String> usage() {
    return List.of(ACTION + "=" + String.join("|", ACTIONS));
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return !action(arguments).equals("show");
  }

  @Override
  public List<String> run(Arguments arguments) {
    var action = action(arguments);
    if (action.equals("show")) {
      return List.of("state=" + breaker.map(Breaker::state).orElse("closed"));
    }
    var real =
        breaker.orElseThrow(
            () -> ApiException.badField(ACTION, "the local runtime has no circuit breaker"));
    var before = real.state();
    if (arguments.isDryRun()) {
      return List.of("state=" + before, "would=" + action);
    }
    switch (action) {
      case "open" -> real.open();
      case "close" -> real.close();
      default -> real.reset();
    }
    return List.of("was=" + before, "state=" + real.state());
  }

  private static String action(Arguments arguments) {
    return arguments.oneOf(ACTION, ACTIONS).orElse("show");
  }
}
