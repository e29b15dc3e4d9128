package ai.orchard9.rdev.testing.cluster;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Label and field selectors: equality, inequality and existence of labels, and a pod's name.
record Selector(String labels, String fields) {
  static Selector of(Request request) {
    return new Selector(request.parameter("labelSelector"), request.parameter("fieldSelector"));
  }

  boolean matches(Pod pod) {
    return all(labels, term -> label(term, pod)) && all(fields, term -> field(term, pod));
  }

  boolean isEmpty() {
    return labels.isEmpty() && fields.isEmpty();
  }

  /// The one pod that is asked for, or an empty text.
  String name() {
    return fields.startsWith("metadata.name=") ? fields.substring("metadata.name=".length()) : "";
  }

  private static boolean all(String terms, Predicate<String> matches) {
    return Stream.of(terms.split(",", -1)).filter(it -> !it.isBlank()).allMatch(matches);
  }

  private static boolean label(String term, Pod pod) {
    var labels =
        Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.<String, String>of());
    var unequal = term.indexOf("!=");
    if (unequal > 0) {
      return !term.substring(unequal + 2).strip().equals(labels.get(term.substring(0, unequal)));
    }
    var equal = term.indexOf('=');
    if (equal > 0) {
      var value = term.substring(equal + 1).replaceFirst("^=", "").strip();
      return value.equals(labels.get(term.substring(0, equal).strip()));
    }
    return term.startsWith("!")
        ? !labels.containsKey(term.substring(1))
        : labels.containsKey(term.strip());
  }

  private static boolean field(String term, Pod pod) {
    var parts = term.split("==?", 2);
    return switch (parts[0]) {
      case "metadata.name" -> parts[1].equals(pod.getMetadata().getName());
      case "metadata.namespace" -> parts[1].equals(pod.getMetadata().getNamespace());
      default -> throw new IllegalArgumentException("field label not supported: " + parts[0]);
    };
  }
}
