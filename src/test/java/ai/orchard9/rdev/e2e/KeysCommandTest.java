package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.CommandLine;
import ai.orchard9.rdev.testing.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `keys` at the command line, before the first server and beside a running one.
final class KeysCommandTest {
  @Test
  void makesListsAndRevokesKeysOnTheEmbeddedDatabase() throws Exception {
    var settings = ServerProcess.named("keys").environment("RDEV_ADMIN_KEY", "");
    var home = settings.home();

    var first =
        run(home, "create", "--name", "first", "--scope", "keys:read", "--scope", "audit:read");
    assertThat(first.status()).as(first.errors()).isZero();
    assertThat(first.output())
        .matches("id=[0-9a-f-]{36}\\nkey=rdev_sk_[0-9a-f]{8}_[0-9A-Za-z]{38}\\n");
    assertThat(run(home, "create", "--name", "x", "--scope", "root"))
        .satisfies(it -> assertThat(it.status()).isNotZero())
        .satisfies(it -> assertThat(it.output()).isEmpty())
        .satisfies(it -> assertThat(it.errors()).contains("scopes[0]").doesNotContain("\tat "));

    try (var server = settings.start()) {
      var key = first.output().replaceAll("(?s).*key=(.*)\\n", "$1");
      var client = new ApiClient(server.uri(), key);
      var self = client.get("/keys/self");
      assertThat(self.status()).as(self.text()).isEqualTo(200);
      assertThat(self.data().path("created_by").asText()).isEqualTo("command_line");

      var listed = run(home, "list");
      var prefix = self.data().path("key_prefix").asText();
      assertThat(listed.output())
          .contains("prefix=" + prefix + " status=active scopes=keys:read,audit:read");
      var revoked = run(home, "revoke", "--prefix", prefix);
      assertThat(revoked.output()).isEqualTo("revoked=" + self.data().path("id").asText() + "\n");
      await()
          .atMost(Duration.ofSeconds(2))
          .until(() -> client.get("/keys/self").errorCode().equals("KEY_REVOKED"));
      assertThat(run(home, "revoke", "--prefix", prefix).status()).isNotZero();
    }
  }

  private static CommandLine.Result run(Path home, String... arguments) throws Exception {
    var whole = Stream.concat(Stream.of("keys"), Stream.of(arguments)).toArray(String[]::new);
    return CommandLine.run(Map.of("RDEV_HOME", home.toString()), whole);
  }
}
