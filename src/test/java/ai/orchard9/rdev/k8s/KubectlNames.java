package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.EnvironmentRules;
import ai.orchard9.rdev.config.EnvironmentRule;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Whether what a `kubectl` command names is there: in `k8s/`, in the Secret's example, in
/// `config.yml`.
final class KubectlNames {
  private static final Map<String, String> KINDS =
      Map.ofEntries(
          Map.entry("deployment", "Deployment"),
          Map.entry("deployments", "Deployment"),
          Map.entry("deploy", "Deployment"),
          Map.entry("pod", "Pod"),
          Map.entry("pods", "Pod"),
          Map.entry("service", "Service"),
          Map.entry("endpoints", "Service"),
          Map.entry("ing", "Ingress"),
          Map.entry("networkpolicy", "NetworkPolicy"),
          Map.entry("serviceaccount", "ServiceAccount"),
          Map.entry("rolebinding", "RoleBinding"),
          Map.entry("secret", "Secret"),
          Map.entry("configmap", "ConfigMap"),
          Map.entry("events", "Event"),
          Map.entry("nodes", "Node"));

  private static final Set<String> VERBS =
      Set.of(
          "apply",
          "auth",
          "cordon",
          "create",
          "delete",
          "describe",
          "exec",
          "get",
          "label",
          "logs",
          "patch",
          "port-forward",
          "rollout",
          "scale",
          "set",
          "top",
          "uncordon");

  /// Not ours: where the ingress controller lives, as the NetworkPolicy names it.
  private static final String ELSEWHERE = "ingress-nginx";

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z_]+):-");

  /// Built once: there are hundreds of commands.
  private static final Manifests MANIFESTS = Manifests.overlay("dev", "autoscaling", "monitoring");

  private final List<String> words;
  private final String command;
  private String namespace = "default";
  private final List<String> plain = new ArrayList<>();

  /// @param words of the command, `kubectl` first
  KubectlNames(String command, List<String> words) {
    this.command = command;
    this.words = words;
    for (int i = 1; i < words.size(); i++) {
      var word = words.get(i);
      if (word.equals("--")) {
        break;
      } else if (Set.of("-n", "--namespace").contains(word)) {
        namespace = words.get(++i);
      } else if (word.equals("-l")) {
        hasLabel(words.get(++i));
      } else if (word.startsWith("--as=")) {
        hasAccount(word.substring("--as=".length()));
      } else if (Set.of("-o", "-f", "-k", "--field-selector", "--raw").contains(word)) {
        plain.add(word);
        plain.add(words.get(++i));
      } else if (!word.startsWith("-")) {
        plain.add(word);
      }
    }
  }

  /// Looks everything up.
  ///
  /// @throws AssertionError something is not there
  void check() {
    var verb = plain.getFirst();
    assertThat(VERBS).as(command).contains(verb);
    assertThat(namespaces()).as(command).contains(namespace);
    switch (verb) {
      case "auth" -> {
        assertThat(plain.get(1)).isEqualTo("can-i");
        assertThat(Manifests.role()).as(command).contains(plain.get(2) + " " + plain.get(3));
      }
      case "set" -> sets();
      case "create" -> creates();
      case "apply" -> applies();
      case "rollout" -> resource(2);
      case "cordon", "uncordon" -> isPlaceholder(plain.get(1));
      case "exec", "port-forward", "scale" -> resource(1);
      case "logs" -> {
        if (plain.size() > 1) {
          isPlaceholder(plain.get(1));
        }
      }
      default -> {
        if (!plain.contains("--raw")) {
          resource(1);
        }
      }
    }
  }

  private Set<String> namespaces() {
    var known = new HashSet<>(Set.of("default", ELSEWHERE));
    MANIFESTS.all().forEach(it -> known.add(it.namespace()));
    return known;
  }

  /// `kind/name`, `kind name`, `kind` alone, or a placeholder for a pod.
  private void resource(int at) {
    var word = plain.get(at);
    if (word.startsWith("<")) {
      isPlaceholder(word);
      return;
    }
    var slash = word.indexOf('/');
    var kind = KINDS.get(slash < 0 ? word : word.substring(0, slash));
    if (kind == null) {
      throw new AssertionError("kind " + word + " of " + command);
    }
    var next = plain.size() > at + 1 ? plain.get(at + 1) : "";
    var name = slash >= 0 ? word.substring(slash + 1) : next;
    if (name.isEmpty() || name.startsWith("-")) {
      return;
    }
    if (kind.equals("Pod")) {
      isPlaceholder(name);
    } else {
      exists(kind, name);
    }
  }

  private void exists(String kind, String name) {
    if (kind.equals("Secret")) {
      assertThat(name)
          .as(command)
          .isEqualTo(ContainerEnvironment.exampleSecret().getMetadata().getName());
      return;
    }
    var where = namespace.equals(ELSEWHERE) ? "rdev" : namespace;
    assertThat(MANIFESTS.all())
        .as(command)
        .extracting(Manifest::id)
        .contains(where + "/" + kind + "/" + name);
  }

  private void isPlaceholder(String word) {
    assertThat(word).as(command).matches("<(pod|node)-name>");
  }

  private void hasLabel(String selector) {
    var name = selector.substring(0, selector.indexOf('='));
    var value = selector.substring(selector.indexOf('=') + 1);
    var values =
        MANIFESTS.ofKind("Deployment").stream()
            .map(it -> it.tree().at("/spec/template/metadata/labels").path(name))
            .filter(it -> !it.isMissingNode())
            .map(JsonNode::asText)
            .collect(Collectors.toSet());
    assertThat(values).as("label %s of %s", name, command).isNotEmpty();
    if (!value.startsWith("<")) {
      assertThat(values).as(command).contains(value);
    }
  }

  private void hasAccount(String user) {
    var parts = user.split(":", -1);
    assertThat(parts).as(command).hasSize(4).startsWith("system", "serviceaccount");
    assertThat(MANIFESTS.all())
        .extracting(Manifest::id)
        .contains(parts[2] + "/ServiceAccount/" + parts[3]);
  }

  private void sets() {
    assertThat(plain.get(1)).isEqualTo("env");
    resource(2);
    for (var assignment : plain.subList(3, plain.size())) {
      var name = assignment.replaceAll("(=.*|-)$", "");
      assertThat(variables()).as(command).contains(name);
      if (assignment.contains("=")) {
        var value = assignment.substring(assignment.indexOf('=') + 1);
        assertThat(EnvironmentRule.complaints(EnvironmentRules.all(), Map.of(name, value)))
            .as(command)
            .isEmpty();
      }
    }
  }

  private static Set<String> variables() {
    return VARIABLE
        .matcher(StrictModel.text(Path.of("config.yml")))
        .results()
        .map(it -> it.group(1))
        .collect(Collectors.toSet());
  }

  private void creates() {
    switch (plain.get(1)) {
      case "secret" -> {
        if (plain.get(2).equals("generic")) {
          exists("Secret", plain.get(3));
          hasKeys();
        }
      }
      case "namespace" -> assertThat(namespaces()).contains(plain.get(2));
      default -> throw new AssertionError(command);
    }
  }

  private void hasKeys() {
    var known = ContainerEnvironment.exampleSecret().getStringData().keySet();
    words.stream()
        .filter(it -> it.startsWith("--from-literal="))
        .map(it -> it.split("=", -1)[1])
        .forEach(key -> assertThat(known).as(command).contains(key));
  }

  private void applies() {
    var what = plain.get(2);
    if (plain.get(1).equals("-k")) {
      assertThat(Files.isRegularFile(Path.of(what, "kustomization.yaml"))).as(command).isTrue();
    } else {
      assertThat(what).as(command).startsWith("<");
    }
  }
}
