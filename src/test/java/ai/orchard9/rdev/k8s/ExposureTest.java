package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who finds rdev-api, what of it is public, and what it may do in the cluster.
final class ExposureTest {

  private static final Map<String, String> SELECTOR = Map.of("app", "rdev-api");

  /// Served, and not for the outside: load and names of projects, names of what is behind.
  private static final Set<String> INSIDE = Set.of("/metrics", "/ready");

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void meansTheSamePodsEverywhere(Manifests manifests) {
    var deployment = manifests.one(Deployment.class).getSpec();

    assertThat(deployment.getTemplate().getMetadata().getLabels()).isEqualTo(SELECTOR);
    assertThat(manifests.one(Service.class).getSpec().getSelector()).isEqualTo(SELECTOR);
    assertThat(
            Stream.concat(
                deployment.getTemplate().getSpec().getTopologySpreadConstraints().stream()
                    .map(spread -> spread.getLabelSelector()),
                Stream.of(
                    deployment.getSelector(),
                    manifests.one(PodDisruptionBudget.class).getSpec().getSelector(),
                    manifests.one(NetworkPolicy.class).getSpec().getPodSelector())))
        .extracting(LabelSelector::getMatchLabels)
        .containsOnly(SELECTOR);
  }

  @Test
  void scalesTheDeployment() {
    var scaler = Manifests.overlay("production", "autoscaling").one(HorizontalPodAutoscaler.class);
    var target = scaler.getSpec().getScaleTargetRef();

    assertThat(target.getApiVersion() + " " + target.getKind() + " " + target.getName())
        .isEqualTo("apps/v1 Deployment rdev-api");
    assertThat(scaler.getSpec().getMinReplicas()).isEqualTo(2);
    for (var overlay : Manifests.OVERLAYS) {
      assertThat(Manifests.overlay(overlay).ofKind("HorizontalPodAutoscaler"))
          .as("`kubectl scale` holds")
          .isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void isServedOn8080(Manifests manifests) {
    assertThat(manifests.one(Service.class).getSpec().getPorts())
        .singleElement()
        .satisfies(
            port -> {
              assertThat(port.getName()).isEqualTo("http");
              assertThat(port.getPort()).isEqualTo(8080);
              assertThat(port.getTargetPort().getStrVal()).isEqualTo("http");
            });
    assertThat(manifests.one(Service.class).getMetadata().getName()).isEqualTo("rdev-api");
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void letsLongStreamsThroughTheIngress(Manifests manifests) {
    assertThat(manifests.one(Ingress.class).getMetadata().getAnnotations())
        .containsEntry("nginx.ingress.kubernetes.io/proxy-read-timeout", "3600")
        .containsEntry("nginx.ingress.kubernetes.io/proxy-send-timeout", "3600")
        .containsEntry("nginx.ingress.kubernetes.io/proxy-buffering", "off")
        .containsEntry("nginx.ingress.kubernetes.io/proxy-body-size", "8m");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/projects",
        "/projects/demo/events",
        "/commands/cmd-1/output",
        "/queue",
        "/keys/self",
        "/webhooks",
        "/audit/verify",
        "/console",
        "/console/login",
        "/docs",
        "/openapi.json",
        "/health",
      })
  void routesTheApi(String path) {
    assertThat(Manifests.variants()).allMatch(manifests -> routes(manifests, path));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/metrics", "/metrics/", "/ready", "/tasks/drain", "/projectsx"})
  void routesNothingElse(String path) {
    assertThat(Manifests.variants()).noneMatch(manifests -> routes(manifests, path));
  }

  @Test
  void decidesAboutEveryPathThatIsServed() {
    var undecided = new HashSet<>(ServedPaths.all());
    undecided.removeAll(INSIDE);
    undecided.removeIf(path -> routes(Manifests.base(), path));

    assertThat(undecided).as("neither in the Ingress nor meant for inside").isEmpty();
  }

  @Test
  void isPublicByTlsOnly() {
    var ingress = Manifests.overlay("production").one(Ingress.class);
    var rule = ingress.getSpec().getRules().getFirst();

    assertThat(ingress.getSpec().getTls())
        .singleElement()
        .satisfies(tls -> assertThat(tls.getHosts()).containsExactly(rule.getHost()));
    assertThat(ingress.getMetadata().getAnnotations())
        .containsEntry("nginx.ingress.kubernetes.io/force-ssl-redirect", "true");
  }

  @Test
  void maySeePodsAndOpenSessionsAndNothingElse() {
    var role = Manifests.base().one(Role.class);

    assertThat(Manifests.role())
        .containsExactlyInAnyOrder(
            "get pods", "list pods", "watch pods", "create pods/exec", "get pods/exec");
    assertThat(role.getRules())
        .allSatisfy(
            rule -> {
              assertThat(rule.getApiGroups()).containsExactly("");
              assertThat(rule.getNonResourceURLs()).isEmpty();
            });
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void hasTheRoleAndNoOther(Manifests manifests) {
    var binding = manifests.one(RoleBinding.class);

    assertThat(manifests.ofKind("RoleBinding")).hasSize(1);
    assertThat(manifests.ofKind("Role"))
        .singleElement()
        .extracting(Manifest::name)
        .isEqualTo(binding.getRoleRef().getName());
    assertThat(binding.getMetadata().getName()).isEqualTo("rdev-api-binding");
    assertThat(binding.getRoleRef().getKind()).isEqualTo("Role");
    assertThat(binding.getSubjects())
        .singleElement()
        .hasToString(
            "Subject(apiGroup=null, kind=ServiceAccount, name=rdev-api, namespace=rdev,"
                + " additionalProperties={})");
    assertThat(manifests.one(ServiceAccount.class).getAutomountServiceAccountToken()).isFalse();
  }

  private static boolean routes(Manifests manifests, String path) {
    var rules = manifests.one(Ingress.class).getSpec().getRules();
    return rules.getFirst().getHttp().getPaths().stream()
        .filter(entry -> entry.getBackend().getService().getName().equals("rdev-api"))
        .filter(entry -> entry.getBackend().getService().getPort().getName().equals("http"))
        .anyMatch(entry -> matches(entry, path));
  }

  private static boolean matches(HTTPIngressPath entry, String path) {
    return switch (entry.getPathType()) {
      case "Exact" -> path.equals(entry.getPath());
      case "Prefix" -> path.equals(entry.getPath()) || path.startsWith(entry.getPath() + "/");
      default -> throw new AssertionError(entry.getPathType());
    };
  }
}
