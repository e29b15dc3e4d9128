package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.http.AddressRange;
import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Who may reach rdev-api inside the cluster, and what it may reach.
final class NetworkPolicyTest {

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void isReachedByItsClientsOnly(Manifests manifests) {
    var policy = manifests.one(NetworkPolicy.class).getSpec();

    assertThat(policy.getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
    assertThat(policy.getIngress()).hasSize(1);
    var rule = policy.getIngress().getFirst();
    assertThat(rule.getPorts()).extracting(NetworkPolicyTest::port).containsExactly("TCP 8080");
    assertThat(rule.getFrom())
        .extracting(NetworkPolicyTest::peer)
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
                        .map(NetworkPolicyTest::peer)
                        .anyMatch(("{kubernetes.io/metadata.name=" + namespace + "}")::equals));

    assertThat(rules.flatMap(rule -> rule.getPorts().stream()).map(NetworkPolicyTest::port))
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
