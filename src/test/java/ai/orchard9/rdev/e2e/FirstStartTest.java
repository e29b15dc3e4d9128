package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The first start says what a new user has to know.
final class FirstStartTest {

  @Test
  void printsALineThatWorksWhenPasted() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl");
    try (var server = ServerProcess.named("first").environment("RDEV_ADMIN_KEY", "").start()) {
      await().until(() -> server.log().contains("try: curl "));
      var line =
          server
              .log()
              .lines()
              .filter(it -> it.contains("try: curl "))
              .map(it -> it.substring(it.indexOf("curl ")))
              .findFirst()
              .orElseThrow(() -> new AssertionError(server.log()));

      var curl = new ProcessBuilder("bash", "-c", line).start();
      var answer = new String(curl.getInputStream().readAllBytes(), UTF_8);

      assertThat(curl.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(answer).contains("\"status\":\"completed\"").contains("\"stdout\":\"hello\\n\"");
      assertThat(server.log()).contains("/console").contains("admin-key");
      var key = Files.readString(server.home().resolve("admin-key")).strip();
      assertThat(server.log()).doesNotContain(key);
      var made = new ApiClient(server.uri(), key).get("/audit?action=key.created").data();
      assertThat(made).hasSize(1);
      assertThat(made.get(0).at("/actor/key_name").asText()).isEqualTo("first start");
    }
  }
}
