package ai.orchard9.rdev.k8s;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Secret;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The environment that the kubelet would give a container: first `envFrom`, then `env` in its
/// order, `$(NAME)` filled in from what came before, each reference checked for being there.
final class ContainerEnvironment {

  private static final Pattern REFERENCE = Pattern.compile("\\$\\(([A-Z_]+)\\)");

  /// The Secret that operators are shown; no kustomization has it.
  static final Path EXAMPLE = Path.of("k8s/secret.example.yaml");

  private final Map<String, String> values = new LinkedHashMap<>();
  private final ConfigMap configMap;
  private final Secret secret;

  private ContainerEnvironment(ConfigMap configMap, Secret secret) {
    this.configMap = configMap;
    this.secret = secret;
  }

  /// The values, by name.
  static Map<String, String> of(Container container, ConfigMap configMap, Secret secret) {
    var environment = new ContainerEnvironment(configMap, secret);
    for (var source : container.getEnvFrom()) {
      require(source.getSecretRef() == null && source.getPrefix() == null, "envFrom: " + source);
      require(
          source.getConfigMapRef().getName().equals(configMap.getMetadata().getName()),
          "ConfigMap " + source.getConfigMapRef().getName());
      environment.values.putAll(configMap.getData());
    }
    container.getEnv().forEach(environment::add);
    return environment.values;
  }

  /// The Secret that operators are shown.
  static Secret exampleSecret() {
    return StrictModel.read(StrictModel.documents(EXAMPLE).getFirst(), Secret.class);
  }

  private void add(EnvVar variable) {
    var value = variable.getValueFrom() == null ? filled(variable) : referred(variable);
    var before = values.put(variable.getName(), value);
    require(before == null, variable.getName() + " is set twice");
  }

  private String filled(EnvVar variable) {
    return REFERENCE
        .matcher(variable.getValue())
        .replaceAll(match -> Matcher.quoteReplacement(known(match.group(1))));
  }

  private String referred(EnvVar variable) {
    var source = variable.getValueFrom();
    if (source.getConfigMapKeyRef() != null) {
      var reference = source.getConfigMapKeyRef();
      require(reference.getName().equals(configMap.getMetadata().getName()), reference.getName());
      return required(configMap.getData().get(reference.getKey()), reference.getKey());
    }
    var reference = source.getSecretKeyRef();
    require(reference.getName().equals(secret.getMetadata().getName()), reference.getName());
    return required(secret.getStringData().get(reference.getKey()), reference.getKey());
  }

  private String known(String name) {
    return required(values.get(name), name);
  }

  private static String required(@Nullable String value, String name) {
    require(value != null, name + " is not there");
    return Objects.requireNonNull(value);
  }

  private static void require(boolean condition, String complaint) {
    if (!condition) {
      throw new AssertionError(complaint);
    }
  }
}
