package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ServerProcess;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Operators see which servers there are, and what each does.
final class ServersTaskTest {
  private final ServerProcess one = SharedPair.one();
  private final ServerProcess other = SharedPair.other();

  @AfterEach
  void reset() {
    SharedPair.reset();
  }

  @Test
  void showsEachServerAndWhoNumbersAndSeals() {
    var gate = Gate.anew();
    var id = gate.run();
    try (var events = other.client().events(id)) {
      assertThat(events.next()).isPresent();
      await("the stream is told of")
          .atMost(Duration.ofSeconds(5))
          .until(() -> servers(one).stream().anyMatch(it -> it.contains(" streams=1 ")));

      var lines = one.admin().run("servers").lines();
      assertThat(lines.getFirst()).isEqualTo("alive=2");
      assertThat(servers(one))
          .hasSize(2)
          .allMatch(
              it ->
                  it.matches(
                      "server=\\S+ id=[0-9a-f]{8} version=unreleased started=20\\d\\d-\\S+Z"
                          + " draining=false commands=[01] streams=[01] seen_ms_ago=\\d{1,4}"
                          + " asked=(true|false)"));
      assertThat(servers(one)).filteredOn(it -> it.endsWith("asked=true")).hasSize(1);
      assertThat(servers(one)).filteredOn(it -> it.contains(" commands=1 ")).hasSize(1);
      assertThat(lines.get(lines.size() - 2))
          .matches("numbers_facts=\\S+ id=[0-9a-f]{8} ms_ago=\\d{1,4}");
      assertThat(lines.getLast()).matches("seals_audit=\\S+ id=[0-9a-f]{8} ms_ago=\\d{1,4}");
      assertThat(ids(other)).as("asked on the other").isEqualTo(ids(one));
      gate.end(id);
    }
  }

  @Test
  void takesNoArguments() {
    var said = one.admin().run("servers?id=1");

    assertThat(said.status()).isEqualTo(400);
    assertThat(said.lines())
        .containsExactly("error=id: is no argument of this task", "usage=servers dry_run=true");
  }

  private static List<String> servers(ServerProcess asked) {
    return asked.admin().run("servers").lines().stream()
        .filter(it -> it.startsWith("server="))
        .toList();
  }

  private static List<String> ids(ServerProcess asked) {
    return servers(asked).stream().map(it -> it.replaceFirst(".* (id=\\S+) .*", "$1")).toList();
  }
}
