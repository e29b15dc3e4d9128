package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.ShellCommands;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every command of the runbooks and manuals that needs no cluster, run as an operator does: those
/// for inside of a container without the way into it.
final class RunbooksTest {
  /// Changes what only clusters have.
  private static final Pattern BREAKER = Pattern.compile("circuit-breaker\\?action=(open|reset)");

  private static final List<String> PROGRAMS = List.of("curl", "wget", "psql", "jfr");

  /// What only a container of ours or a cluster has.
  private static final List<String> ELSEWHERE = List.of("nc ", "ps aux", "sh -c 'psql");

  private static @Nullable RunbookStage stage;

  @BeforeAll
  static void start() {
    stage = new RunbookStage();
  }

  @AfterAll
  static void stop() {
    stage().close();
  }

  private static RunbookStage stage() {
    return Objects.requireNonNull(stage);
  }

  static Stream<ShellCommands.Given> commands() {
    return ShellCommands.all().stream().filter(it -> isOurs(it.inside()));
  }

  private static boolean isOurs(String command) {
    return PROGRAMS.stream().anyMatch(it -> command.startsWith(it + " "));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void works(ShellCommands.Given given) throws Exception {
    var command = given.inside();
    assumeTrue(
        RunbookStage.hasCluster() || !BREAKER.matcher(command).find(),
        "no namespaces can be made here, so there is no cluster with a circuit breaker");
    if (command.startsWith("psql ")) {
      stage().query(command);
      return;
    }

    var result = stage().run(command);

    assertThat(result.status()).as("%s%n%s", given, result.output()).isZero();
    stage().check(command);
  }

  @Test
  void areTried() {
    assertThat(commands()).hasSizeGreaterThan(120);
    assertThat(ShellCommands.all())
        .filteredOn(it -> !isOurs(it.inside()))
        .allMatch(
            it ->
                (it.text().startsWith("kubectl ") && it.inside().equals(it.text()))
                    || ELSEWHERE.stream().anyMatch(it.inside()::startsWith));
  }

  @Test
  void thoseThatDoNotWorkAreFound() throws Exception {
    for (var wrong :
        List.of(
            "curl -s -X POST 'localhost:8081/tasks/limits?concurent_commands=3'",
            "curl -s -X POST 'localhost:8081/tasks/no-such-task'",
            "curl -s localhost:8080/metrics | grep rdev_no_such_metric",
            "curl -s localhost:8080/projects")) {
      assertThat(stage().run(wrong).status()).as(wrong).isNotZero();
    }
    assertThat(stage().run("curl -s localhost:8080/ready").output().getBytes(UTF_8)).isNotEmpty();
  }
}
