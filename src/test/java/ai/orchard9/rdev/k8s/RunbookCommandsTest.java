package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.EnvironmentRules;
import ai.orchard9.rdev.config.EnvironmentRule;
import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.zjsonpatch.JsonPatch;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whether the commands that operators have in their runbooks do here what they are for.
final class RunbookCommandsTest {

  @ParameterizedTest
  @CsvSource({
    "rollout restart deployment/rdev-api, Deployment, rdev-api",
    "get endpoints rdev-api, Service, rdev-api",
    "get ing rdev-api -o yaml, Ingress, rdev-api",
    "get networkpolicy, NetworkPolicy, rdev-api",
    "get serviceaccount rdev-api, ServiceAccount, rdev-api",
    "get rolebinding rdev-api-binding -o yaml, RoleBinding, rdev-api-binding",
  })
  void findWhatTheyName(String command, String kind, String name) {
    assertThat(Manifests.variants())
        .as("kubectl -n rdev " + command)
        .allSatisfy(
            manifests ->
                assertThat(manifests.all())
                    .extracting(Manifest::id)
                    .contains("rdev/" + kind + "/" + name));
  }

  @ParameterizedTest
  @CsvSource({"cpu, 1000m", "memory, 1Gi"})
  void raiseALimit(String resource, String value) {
    var path = "/spec/template/spec/containers/0/resources/limits/" + resource;
    var patch =
        "[{\"op\": \"replace\", \"path\": \"%s\", \"value\": \"%s\"}]".formatted(path, value);

    for (var name : Manifests.OVERLAYS) {
      var before = deployment(Manifests.overlay(name));
      var after = JsonPatch.apply(StrictModel.documents(patch).getFirst(), before);

      assertThat(quantity(after.at(path))).isGreaterThan(quantity(before.at(path)));
      assertThat(StrictModel.read(after, Deployment.class).getSpec().getReplicas()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CONCURRENT_COMMANDS=3",
        "RATE_LIMIT_RPS=5",
        "CACHE_TTL=15s",
        "CACHE_TTL=5s",
        "RDEV_NAMESPACE=rdev",
      })
  void setVariablesThatTheServerTakes(String assignment) {
    var name = assignment.split("=", -1)[0];
    var value = assignment.split("=", -1)[1];

    assertThat(EnvironmentRule.complaints(EnvironmentRules.all(), Map.of(name, value))).isEmpty();
    // A reference beside the value that `kubectl set env` writes would make the next apply fail.
    assertThat(variables())
        .filteredOn(variable -> variable.getName().equals(name))
        .allSatisfy(variable -> assertThat(variable.getValueFrom()).isNull());
  }

  @Test
  void showTheNamespaceAmongTheVariables() {
    assertThat(variables())
        .filteredOn(variable -> variable.getName().equals("RDEV_NAMESPACE"))
        .extracting(EnvVar::getValue)
        .containsExactly("rdev");
  }

  @Test
  void findTheDatabaseAndTheLimitInTheConfigMap() {
    assertThat(Manifests.base().one(ConfigMap.class).getData())
        .containsEntry("DB_HOST", "postgres.databases.svc")
        .containsEntry("DB_PORT", "5432")
        .containsEntry("RATE_LIMIT_RPS", "10");
    assertThat(variables())
        .as("would win over the ConfigMap")
        .extracting(EnvVar::getName)
        .doesNotContainAnyElementsOf(Manifests.base().one(ConfigMap.class).getData().keySet());
  }

  @Test
  void rollBackToTheFifthRevision() {
    assertThat(Manifests.base().one(Deployment.class).getSpec().getRevisionHistoryLimit())
        .isGreaterThanOrEqualTo(5);
  }

  private static List<EnvVar> variables() {
    return Manifests.base()
        .one(Deployment.class)
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getEnv();
  }

  private static JsonNode deployment(Manifests manifests) {
    return manifests.ofKind("Deployment").stream()
        .filter(manifest -> manifest.name().equals("rdev-api"))
        .findFirst()
        .orElseThrow()
        .tree();
  }

  private static BigDecimal quantity(JsonNode node) {
    return Quantity.getAmountInBytes(new Quantity(node.asText()));
  }
}
