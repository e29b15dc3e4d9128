package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whether `overlays/dev` brings all that the base looks for: a database, projects, namespaces.
final class DevOverlayTest {

  private static final String PREFIX = "rdev.orchard9.ai/";

  @Test
  void hasTheNamespacesThatItUses() {
    var manifests = Manifests.overlay("dev");

    assertThat(manifests.ofKind("Namespace"))
        .extracting(Manifest::name)
        .containsExactlyInAnyOrderElementsOf(
            manifests.all().stream()
                .map(Manifest::namespace)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList());
  }

  @Test
  void hasTwoProjects() {
    assertThat(projects())
        .extracting(pod -> pod.getMetadata().getLabels().get(PREFIX + "project-id"))
        .containsExactly("demo", "demo-busybox");
    assertThat(projects())
        .allSatisfy(
            pod -> {
              var annotations = pod.getMetadata().getAnnotations();
              var container = pod.getSpec().getContainers().getFirst();
              assertThat(annotations)
                  .containsKey(PREFIX + "name")
                  .containsEntry(PREFIX + "container", container.getName())
                  .containsEntry(PREFIX + "workspace", container.getWorkingDir());
              assertThat(container.getVolumeMounts())
                  .extracting(mount -> mount.getMountPath())
                  .containsExactly(container.getWorkingDir(), "/tmp");
              assertThat(pod.getMetadata().getLabels()).doesNotContainEntry("app", "rdev-api");
            });
  }

  @Test
  void hasTheDatabaseThatTheBaseNames() {
    var postgres = deployment("postgres");
    var service =
        Manifests.overlay("dev").ofKind("Service").stream()
            .filter(manifest -> manifest.id().equals("databases/Service/postgres"))
            .findFirst()
            .orElseThrow()
            .as(Service.class);

    assertThat(service.getSpec().getPorts().getFirst().getPort()).isEqualTo(5432);
    assertThat(service.getSpec().getSelector())
        .isEqualTo(postgres.getSpec().getTemplate().getMetadata().getLabels());
    assertThat(postgres.getMetadata().getNamespace()).isEqualTo("databases");
    assertThat(postgres.getSpec().getTemplate().getSpec().getContainers().getFirst().getEnv())
        .extracting(variable -> variable.getName() + "=" + variable.getValue())
        .contains("POSTGRES_USER=rdev", "POSTGRES_DB=rdev");
  }

  /// Namespaces enforce this.
  @ParameterizedTest
  @MethodSource("pods")
  void keepsToTheRestrictedStandard(PodSpec pod) {
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getContainers())
        .allSatisfy(
            container -> {
              assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
              assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
              assertThat(container.getSecurityContext().getCapabilities().getDrop())
                  .containsExactly("ALL");
              assertThat(container.getResources().getLimits()).containsKeys("cpu", "memory");
            });
  }

  private static Stream<PodSpec> pods() {
    return Manifests.overlay("dev").ofKind("Deployment").stream()
        .map(manifest -> manifest.as(Deployment.class).getSpec().getTemplate().getSpec());
  }

  private static List<PodTemplateSpec> projects() {
    return Manifests.overlay("dev").ofKind("Deployment").stream()
        .map(manifest -> manifest.as(Deployment.class).getSpec().getTemplate())
        .filter(pod -> "true".equals(pod.getMetadata().getLabels().get(PREFIX + "project")))
        .toList();
  }

  private static Deployment deployment(String name) {
    return Manifests.overlay("dev").ofKind("Deployment").stream()
        .filter(manifest -> manifest.name().equals(name))
        .findFirst()
        .orElseThrow()
        .as(Deployment.class);
  }
}
