package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.http.AddressRange;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who finds rdev-api, who may reach it, and what it may reach and do.
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

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void isReachedByItsClientsOnly(Manifests manifests) {
    var policy = manifests.one(NetworkPolicy.class).getSpec();

    assertThat(policy.getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
    assertThat(policy.getIngress()).hasSize(1);
    var rule = policy.getIngress().getFirst();
    assertThat(rule.getPorts()).extracting(ExposureTest::port).containsExactly("TCP 8080");
    assertThat(rule.getFrom())
        .extracting(ExposureTest::peer)
        .containsExactlyInAnyOrder(
            "{kubernetes.io/metadata.name=ingress-nginx}",
            "{kubernetes.io/metadata.name=monitoring}",
            "own namespace",
            "{rdev.orchard9.ai/client=true}");
  }

  @ParameterizedTest
  @CsvSource({
    "kube-system, UDP 53",
    "kube-system, TCP 53",
    "databases, TCP 5432",
  })
  void reachesInTheCluster(String namespace, String port) {
    var rules =
        Manifests.base().one(NetworkPolicy.class).getSpec().getEgress().stream()
            .filter(
                rule ->
                    rule.getTo().stream()
                        .map(ExposureTest::peer)
                        .anyMatch(("{kubernetes.io/metadata.name=" + namespace + "}")::equals));

    assertThat(rules.flatMap(rule -> rule.getPorts().stream()).map(ExposureTest::port))
        .contains(port)
        .allMatch(Set.of("UDP 53", "TCP 53", "TCP 5432")::contains);
  }

  @ParameterizedTest
  @CsvSource({
    // The API server, inside and outside.
    "10.96.0.1, 443, true",
    "172.18.0.2, 6443, true",
    "203.0.112.7, 443, true",
    // Webhook targets.
    "8.8.8.8, 443, true",
    "8.8.8.8, 8443, true",
    "2606:4700::1111, 443, true",
    // Nobody's business: private, metadata, loopback, shared, translated.
    "10.96.0.1, 80, false",
    "172.18.0.2, 8080, false",
    "192.168.1.1, 22, false",
    "100.64.0.1, 80, false",
    "169.254.169.254, 80, false",
    "127.0.0.1, 8081, false",
    "0.0.0.0, 80, false",
    "224.0.0.1, 80, false",
    "::1, 80, false",
    "fe80::1, 80, false",
    "fd00::1, 80, false",
    "64:ff9b::a00:1, 443, false",
    "2002:a00:1::1, 443, false",
    "10.0.0.5, 5432, false",
  })
  void reachesOutside(String address, int port, boolean expected) {
    var rules = Manifests.base().one(NetworkPolicy.class).getSpec().getEgress();

    assertThat(rules.stream().anyMatch(rule -> permits(rule, address, port))).isEqualTo(expected);
  }

  @Test
  void blocksReadableRangesOnly() {
    var blocks =
        Manifests.base().one(NetworkPolicy.class).getSpec().getEgress().stream()
            .flatMap(rule -> rule.getTo().stream())
            .map(NetworkPolicyPeer::getIpBlock)
            .filter(Objects::nonNull)
            .toList();

    assertThat(blocks)
        .allSatisfy(
            block ->
                assertThat(block.getExcept())
                    .allSatisfy(
                        except ->
                            assertThat(AddressRange.parse(block.getCidr()))
                                .matches(
                                    range ->
                                        range.contains(
                                            AddressRange.parse(except)
                                                .network()
                                                .getHostAddress()))));
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

  private static boolean permits(NetworkPolicyEgressRule rule, String address, int port) {
    return rule.getTo().stream().anyMatch(peer -> covers(peer.getIpBlock(), address))
        && rule.getPorts().stream().anyMatch(range -> covers(range, port));
  }

  private static boolean covers(@Nullable IPBlock block, String address) {
    return block != null
        && AddressRange.parse(block.getCidr()).contains(address)
        && block.getExcept().stream()
            .map(AddressRange::parse)
            .noneMatch(it -> it.contains(address));
  }

  private static boolean covers(NetworkPolicyPort range, int port) {
    var first = range.getPort().getIntVal();
    var last = range.getEndPort() == null ? first : range.getEndPort();
    return range.getProtocol().equals("TCP") && first <= port && port <= last;
  }

  private static String port(NetworkPolicyPort port) {
    return port.getProtocol() + " " + port.getPort().getIntVal();
  }

  private static String peer(NetworkPolicyPeer peer) {
    if (peer.getIpBlock() != null) {
      return peer.getIpBlock().getCidr();
    }
    return peer.getNamespaceSelector() == null
        ? peer.getPodSelector().getMatchLabels().isEmpty() ? "own namespace" : "?"
        : List.copyOf(peer.getNamespaceSelector().getMatchLabels().entrySet()).stream()
            .map(Object::toString)
            .collect(Collectors.joining(",", "{", "}"));
  }
}
