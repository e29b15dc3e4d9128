package ai.orchard9.rdev.k8s;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When alerts fire and with which words, as Prometheus' own `promtool` judges them. Without it
/// these tests are skipped: `apt-get install prometheus` has it.
final class AlertsTest {
  private static final Path CASES = Path.of("src/test/resources/alerts.yml");

  @TempDir private Path folder;

  @Test
  void fireAndKeepQuietAsTheirCasesSay() throws IOException, InterruptedException {
    prepare();

    assertThat(promtool("test", "rules", "cases.yml")).contains("SUCCESS");
  }

  @Test
  void aCaseThatIsNotSoIsFound() throws IOException, InterruptedException {
    prepare();
    var cases = folder.resolve("cases.yml");
    Files.writeString(cases, Files.readString(cases).replace("83.82%", "83.83%"));

    assertThat(promtool("test", "rules", "cases.yml")).contains("FAILED");
  }

  @Test
  void eachHasACaseThatFiresAndOneThatDoesNot() {
    var cases = StrictModel.documents(CASES).getFirst().path("tests");
    var names = cases.valueStream().map(it -> it.path("name").asText()).toList();

    assertThat(names)
        .containsExactlyInAnyOrderElementsOf(
            alerts().stream().flatMap(it -> Stream.of(it + " fires", it + " is quiet")).toList());
  }

  private static Set<String> alerts() {
    return rules()
        .path("groups")
        .path(0)
        .path("rules")
        .valueStream()
        .map(it -> it.path("alert").asText())
        .collect(Collectors.toSet());
  }

  private static JsonNode rules() {
    return Manifests.overlay("production", "monitoring")
        .ofKind("PrometheusRule")
        .getFirst()
        .tree()
        .path("spec");
  }

  /// The tool wants the groups alone, and both files in one folder.
  private void prepare() throws IOException {
    assumeTrue(hasPromtool(), "promtool is not installed: alerts are checked by their form only");
    Files.writeString(folder.resolve("rules.yml"), new YAMLMapper().writeValueAsString(rules()));
    Files.copy(CASES, folder.resolve("cases.yml"));
  }

  private static boolean hasPromtool() {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(it -> Files.isExecutable(Path.of(it, "promtool")));
  }

  private String promtool(String... arguments) throws IOException, InterruptedException {
    var command = Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList();
    return run(command);
  }

  private String run(List<String> command) throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return said;
  }
}
