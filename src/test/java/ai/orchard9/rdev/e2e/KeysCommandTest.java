package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Playground;
import ai.orchard9.rdev.testing.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
      TimeUnit.SECONDS.sleep(1);
      assertThat(client.get("/keys/self").errorCode()).isEqualTo("KEY_REVOKED");
      assertThat(run(home, "revoke", "--prefix", prefix).status()).isNotZero();
    }
  }

  private record Result(int status, String output, String errors) {}

  private static Result run(Path home, String... arguments) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    command.addAll(List.of("-Xmx256m", "-classpath", System.getProperty("java.class.path")));
    command.addAll(List.of("ai.orchard9.rdev.RdevApplication", "keys"));
    command.addAll(List.of(arguments));
    command.add(Playground.project().resolve("config.yml").toString());
    var errors = home.resolve("keys-errors.log");
    var builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().put("RDEV_HOME", home.toString());
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), output, Files.readString(errors));
  }
}
