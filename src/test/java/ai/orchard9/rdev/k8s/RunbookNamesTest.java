package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.testing.ShellCommands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whether what the commands of runbooks and manuals name is there. What they do is tried against a
/// server elsewhere.
final class RunbookNamesTest {
  private static final Pattern GREP = Pattern.compile("\\| grep (-E )?([\"'])([^\"']+)\\2");
  private static final List<String> SECTIONS =
      List.of("Alert", "Impact", "Look", "Causes", "Remedy", "Verify", "Afterwards");

  static Stream<ShellCommands.Given> commands() {
    return ShellCommands.all().stream().filter(it -> it.text().startsWith("kubectl "));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void findWhatTheyName(ShellCommands.Given given) {
    new KubectlNames(given.text(), ShellCommands.words(given.text())).check();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kubectl -n rdev get rolebinding rdev-api",
        "kubectl -n prod get pods -l app=rdev-api",
        "kubectl -n rdev get pods -l app=rdev",
        "kubectl -n rdev get pods -l rdev.orchard9.ai/projects=true",
        "kubectl -n rdev rollout restart deployment/rdev",
        "kubectl -n rdev set env deployment/rdev-api CONCURENT_COMMANDS=3",
        "kubectl -n rdev set env deployment/rdev-api CACHE_TTL=soon",
        "kubectl auth can-i delete pods -n rdev --as=system:serviceaccount:rdev:rdev-api",
        "kubectl auth can-i list pods -n rdev --as=system:serviceaccount:rdev:default",
        "kubectl -n rdev create secret generic rdev-api-secrets --from-literal=password=x",
        "kubectl apply -k k8s/overlays/staging",
        "kubectl -n rdev get secret rdev-secrets",
      })
  void wouldNotGoUnnoticed(String command) {
    assertThatThrownBy(() -> new KubectlNames(command, ShellCommands.words(command)).check())
        .isInstanceOf(AssertionError.class);
  }

  static Stream<ShellCommands.Given> logSearches() {
    return commands()
        .filter(it -> it.text().contains(" logs ") && GREP.matcher(it.text()).find())
        .filter(it -> !it.text().contains("duration_ms"));
  }

  @ParameterizedTest
  @MethodSource("logSearches")
  void lookForWordsThatTheLogHas(ShellCommands.Given given) throws IOException {
    var match = GREP.matcher(given.text());
    assertThat(match.find()).isTrue();
    var sources = sources();

    for (var phrase : match.group(3).split("\\|", -1)) {
      assertThat(sources).as(given.toString()).contains(".log(\"" + phrase + "\")");
    }
  }

  private static String sources() throws IOException {
    try (var files = Files.walk(Path.of("src/main/java"))) {
      return files
          .filter(it -> it.toString().endsWith(".java"))
          .map(StrictModel::text)
          .collect(Collectors.joining());
    }
  }

  static Stream<Path> runbooks() throws IOException {
    try (var files = Files.list(Path.of("runbooks"))) {
      return files
          .filter(it -> !it.endsWith("README.md"))
          .sorted()
          .collect(Collectors.toList())
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("runbooks")
  void areAllOfOneForm(Path runbook) {
    var sections =
        StrictModel.text(runbook)
            .lines()
            .filter(it -> it.startsWith("## "))
            .map(it -> it.substring(3));

    assertThat(sections).isEqualTo(SECTIONS);
    assertThat(StrictModel.text(runbook).lines().count()).isLessThan(100);
  }

  @Test
  void areThere() {
    assertThat(commands()).hasSizeGreaterThan(150);
    assertThat(logSearches()).hasSizeGreaterThan(10);
  }
}
