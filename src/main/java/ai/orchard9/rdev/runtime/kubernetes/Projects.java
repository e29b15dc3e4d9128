package ai.orchard9.rdev.runtime.kubernetes;

import ai.orchard9.rdev.runtime.Found;
import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Which pod serves which project. Several may claim one id, as during a rolling update.
final class Projects {
  private static final Comparator<PodView> BEST_FIRST =
      Comparator.comparingInt(Projects::rank)
          .thenComparing(PodView::createdAt)
          .thenComparing(PodView::name);

  private Projects() {}

  static Listing of(long version, Collection<PodView> pods) {
    var found = new ArrayList<Found>();
    var leftOut = new ArrayList<String>();
    var byProject =
        pods.stream()
            .collect(Collectors.groupingBy(PodView::project, TreeMap::new, Collectors.toList()));
    byProject.getOrDefault("", List.of()).stream()
        .map(it -> it.name() + ": no label " + PodView.PREFIX + "project-id")
        .forEach(leftOut::add);
    byProject.remove("");
    byProject.forEach((_, claimants) -> choose(claimants, found, leftOut));
    return new Listing(version, found, leftOut);
  }

  private static void choose(List<PodView> claimants, List<Found> found, List<String> leftOut) {
    var sorted = claimants.stream().sorted(BEST_FIRST).toList();
    var chosen = sorted.getFirst();
    found.add(found(chosen, sorted));
    sorted.stream()
        .skip(1)
        .map(it -> it.name() + ": project " + it.project() + " is served by " + chosen.name())
        .forEach(leftOut::add);
  }

  /// The oldest ready one serves; one that goes is the last choice.
  private static int rank(PodView pod) {
    return switch (pod.status()) {
      case RUNNING -> 0;
      case PENDING -> 1;
      case UNKNOWN -> 2;
      case FAILED -> 3;
      case TERMINATING -> 4;
    };
  }

  private static Found found(PodView pod, List<PodView> claimants) {
    return new Found(
        place(pod),
        pod.displayName(),
        pod.status(),
        pod.createdAt(),
        pod.labels(),
        pod.annotations(),
        warnings(pod, claimants));
  }

  private static Place place(PodView pod) {
    return new Place(
        pod.project(),
        new Place.Container(pod.name(), pod.uid(), pod.container(), pod.containerId()),
        pod.baseDirectory());
  }

  private static List<String> warnings(PodView pod, List<PodView> claimants) {
    var warnings = new ArrayList<String>();
    var ready = claimants.stream().filter(it -> rank(it) == 0).map(PodView::name).toList();
    if (ready.size() > 1) {
      warnings.add(
          "%d ready pods have this id (%s); %s serves, being the oldest"
              .formatted(ready.size(), String.join(", ", ready), pod.name()));
    }
    if (pod.container().isEmpty()) {
      warnings.add("pod " + pod.name() + " has no such container: " + wanted(pod.annotations()));
    } else if (pod.phase().equals("Running") && !pod.containerRuns()) {
      warnings.add("container " + pod.container() + " of pod " + pod.name() + " does not run");
    } else if (pod.phase().equals("Running") && !pod.ready() && !pod.leaving()) {
      warnings.add("pod " + pod.name() + " is not ready");
    } else if (pod.hasEnded()) {
      warnings.add("pod " + pod.name() + " has ended");
    }
    return warnings;
  }

  private static String wanted(Map<String, String> annotations) {
    return annotations.getOrDefault(PodView.PREFIX + "container", "none is declared");
  }
}
