package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whether `k8s/` is made of objects that an API server takes, and of nothing else.
final class ManifestsTest {

  /// Not in the model: the API server knows them only where the Prometheus Operator is.
  private static final Set<String> CUSTOM =
      Set.of("monitoring.coreos.com/v1 ServiceMonitor", "monitoring.coreos.com/v1 PrometheusRule");

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void isWhatAnApiServerTakes(Manifests manifests) {
    for (var manifest : manifests.all()) {
      var key = Manifests.key(manifest);
      if (!CUSTOM.contains(key)) {
        manifest.as(StrictModel.type(key));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void namesEachObjectOnceAndSaysWhereItGoes(Manifests manifests) {
    assertThat(manifests.all()).extracting(Manifest::id).doesNotHaveDuplicates();
    assertThat(manifests.all())
        .allSatisfy(
            manifest -> {
              assertThat(manifest.name()).isNotEmpty();
              assertThat(manifest.namespace())
                  .isEqualTo(manifest.kind().equals("Namespace") ? "" : namespace(manifest));
            });
  }

  private static String namespace(Manifest manifest) {
    return manifest.name().equals("postgres") ? "databases" : "rdev";
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void labelsAllThatIsOurs(Manifests manifests) {
    assertThat(manifests.all())
        .filteredOn(manifest -> manifest.name().startsWith("rdev-api"))
        .hasSizeGreaterThanOrEqualTo(9)
        .allSatisfy(
            manifest ->
                assertThat(manifest.tree().at("/metadata/labels/app").asText())
                    .isEqualTo("rdev-api"));
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void hasNoSecretAndTouchesNoProject(Manifests manifests) {
    assertThat(manifests.ofKind("Secret")).isEmpty();
    assertThat(Manifests.base().ofKind("Namespace")).isEmpty();
    assertThat(Manifests.overlay("production").ofKind("Namespace"))
        .as("`kubectl delete -k` must not take the projects along")
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void pinsEveryImage(Manifests manifests) {
    var images =
        manifests.all().stream()
            .flatMap(manifest -> manifest.tree().findValuesAsText("image").stream())
            .toList();

    assertThat(images)
        .isNotEmpty()
        .allSatisfy(
            image -> assertThat(image).matches("[a-z0-9./-]+:[\\w.-]+").doesNotContain("latest"));
  }

  @Test
  void usesEveryFile() throws IOException {
    var kustomize = new Kustomize();
    Manifests.OVERLAYS.forEach(
        name -> kustomize.build(Manifests.ROOT.resolve("overlays").resolve(name), components()));

    var unused = new HashSet<>(files());
    unused.removeAll(kustomize.used());

    assertThat(unused)
        .containsExactlyInAnyOrder(Path.of("k8s/Dockerfile"), ContainerEnvironment.EXAMPLE);
  }

  @Test
  void offersEveryComponentToProduction() throws IOException {
    var overlay = StrictModel.text(Path.of("k8s/overlays/production/kustomization.yaml"));

    try (var folders = Files.list(Path.of("k8s/components"))) {
      assertThat(folders.map(folder -> folder.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(Manifests.COMPONENTS)
          .allSatisfy(name -> assertThat(overlay).contains("- ../../components/" + name + " "));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dev", "production"})
  void isWhatKubectlBuilds(String overlay) throws Exception {
    assumeThat(hasKubectl()).as("kubectl is installed").isTrue();
    var kubectl =
        new ProcessBuilder("kubectl", "kustomize", "k8s/overlays/" + overlay)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    var built = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(kubectl.waitFor()).isZero();

    assertThat(Set.<JsonNode>copyOf(StrictModel.documents(built)))
        .isEqualTo(
            Manifests.overlay(overlay).all().stream()
                .map(Manifest::tree)
                .collect(Collectors.<JsonNode>toSet()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{spec: {replica: 2}}",
        "{spec: {replicas: '2'}}",
        "{spec: {template: {spec: {containers: [{name: a, imgae: b}]}}}}",
        "{spec: {template: {spec: {containers: [{name: a, env: [{name: A, value: 3}]}]}}}}",
        "{metadata: {annotations: {a: true}}}",
        "{metadata: {name: a, name: b}}",
      })
  void wouldRefuse(String deployment) {
    assertThatThrownBy(
            () -> StrictModel.read(StrictModel.documents(deployment).getFirst(), Deployment.class))
        .isInstanceOfAny(IllegalArgumentException.class, UncheckedIOException.class);
  }

  private static boolean hasKubectl() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
  }

  private static List<Path> components() {
    return Manifests.COMPONENTS.stream()
        .map(Manifests.ROOT.resolve("components")::resolve)
        .toList();
  }

  private static List<Path> files() throws IOException {
    try (var files = Files.walk(Manifests.ROOT)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
