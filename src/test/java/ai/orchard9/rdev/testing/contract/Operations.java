package ai.orchard9.rdev.testing.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// All operations of a document, and which of them a request meant.
final class Operations {
  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  private final List<Operation> all = new ArrayList<>();
  private final List<Template> templates;

  /// A path with parameters.
  private record Template(String text, Pattern pattern) {
    static Template of(String text) {
      // Jersey takes a slash at the end as if it were not there.
      return new Template(
          text,
          Pattern.compile(text.replace(".", "\\.").replaceAll("\\{[a-z_]+}", "[^/]+") + "/?"));
    }

    /// `/keys/self` goes before `/keys/{id}`.
    int parameters() {
      return text.length() - text.replace("{", "").length();
    }
  }

  Operations(JsonNode document) {
    for (var path : document.path("paths").properties()) {
      for (var method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          var pointer = "/paths/" + path.getKey().replace("/", "~1") + "/" + method.getKey();
          all.add(
              new Operation(
                  document, method.getKey().toUpperCase(Locale.ROOT), path.getKey(), pointer));
        }
      }
    }
    this.templates =
        all.stream()
            .map(Operation::template)
            .distinct()
            .map(Template::of)
            .sorted(Comparator.comparingInt(Template::parameters))
            .toList();
  }

  List<Operation> all() {
    return List.copyOf(all);
  }

  /// The operations of the path that a request is for; empty: there is no such path.
  List<Operation> at(String path) {
    return templates.stream()
        .filter(it -> it.pattern().matcher(path).matches())
        .findFirst()
        .map(it -> all.stream().filter(one -> one.template().equals(it.text())).toList())
        .orElse(List.of());
  }

  /// The one of them that answers the method.
  static Optional<Operation> of(List<Operation> operations, String method) {
    var meant = method.equals("HEAD") ? "GET" : method;
    return operations.stream().filter(it -> it.method().equals(meant)).findFirst();
  }
}
