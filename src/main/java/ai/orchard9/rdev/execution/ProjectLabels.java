package ai.orchard9.rdev.execution;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Which projects have a value of their own in the label `project`: the first ones that this server
/// meets, so that the number of series is bounded, whatever comes and goes. What is counted of all
/// others has an empty value, which Prometheus takes for no label at all; sums over projects stay
/// right. A project keeps its value until the server ends. Any thread may call.
final class ProjectLabels {
  /// Of projects without a value of their own.
  static final String NONE = "";

  private final int most;
  private final Set<String> named = ConcurrentHashMap.newKeySet();

  /// @param most how many have one (`METRICS_PROJECTS`)
  ProjectLabels(int most) {
    this.most = most;
  }

  /// The label of a project, given to it now if there is room; empty: it has none of its own.
  Optional<String> name(String project) {
    return named.contains(project) || add(project) ? Optional.of(project) : Optional.empty();
  }

  /// The label to count under.
  String of(String project) {
    return name(project).orElse(NONE);
  }

  private synchronized boolean add(String project) {
    return (named.size() < most && named.add(project)) || named.contains(project);
  }
}
