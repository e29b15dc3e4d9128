package ai.orchard9.rdev;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.History;
import io.dropwizard.testing.ConfigOverride;
import io.dropwizard.testing.DropwizardTestSupport;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// The first hour of a new user, on the whole service as `config-e2e.yml` boots it, its own
/// PostgreSQL included.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class JourneyTest {
  private static final String KEY = "rdev_journey_test_0123456789";

  @TempDir private static Path home;

  private final DropwizardTestSupport<RdevConfiguration> server =
      new DropwizardTestSupport<>(
          RdevApplication.class,
          "config-e2e.yml",
          ConfigOverride.config("home", () -> home.toString()),
          ConfigOverride.config("adminKey", KEY));

  @BeforeAll
  void start() throws Exception {
    server.before();
  }

  @AfterAll
  void stop() {
    server.after();
  }

  @Test
  void findsAProjectRunsACommandWatchesItAndFindsItAgain() {
    var client = new ApiClient(URI.create("http://127.0.0.1:" + server.getLocalPort()), KEY);

    var projects = client.get("/projects").data();
    assertThat(projects.findValuesAsText("id")).isEqualTo(List.of("demo"));

    var waited =
        client.post("/projects/demo/shell", Map.of("command", "echo hello"), "Prefer", "wait=10");
    assertThat(waited.status()).isEqualTo(200);
    assertThat(waited.header("Preference-Applied")).isEqualTo("wait=10");
    assertThat(waited.data().path("exit_code").asInt(-1)).isZero();

    var id = client.shell("for i in 1 2 3; do echo $i; sleep 0.2; done; echo oops >&2; exit 7");
    var history = new History();
    try (var events = client.events(id)) {
      history.follow(events);
    }
    history.assertExact(client, id);
    assertThat(history.completion().path("exit_code").asInt()).isEqualTo(7);
    assertThat(history.bytes("stderr")).asString().isEqualTo("oops\n");

    var listed = client.get("/commands?project=demo&status=failed").data();
    assertThat(listed.findValuesAsText("id")).isEqualTo(List.of(id));
    var cancelled = client.shell("sleep 300");
    client.awaitRunning(cancelled);
    assertThat(client.post("/commands/" + cancelled + "/cancel", Map.of()).status())
        .isBetween(200, 202);
  }
}
