package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.AdminClient.Said;
import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A key that leaked is ended on every server, and on demand what it has started.
final class RevokeKeyTaskTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  /// Contract section 11.
  private static final Duration EVERYWHERE_WITHIN = Duration.ofSeconds(2);

  private final ServerProcess one = SharedPair.one();
  private final ServerProcess other = SharedPair.other();
  private final ApiClient client = one.client();

  @AfterEach
  void reset() {
    SharedPair.reset();
  }

  @Test
  void endsAKeyOnEveryServerAndLeavesItsCommands() {
    var key = SharedPair.key("leaked");
    var mine = new ApiClient(other.uri(), key.plain());
    var gate = Gate.anew();
    var running = gate.post(Map.of(), mine).data().path("id").asText();
    gate.awaitStarted(1, SOON);

    assertThat(one.admin().run("revoke-key?prefix=" + key.prefix() + "&dry_run=true"))
        .isEqualTo(Said.ok(line("would_revoke=", key)));
    assertThat(mine.get("/keys/self").status()).isEqualTo(200);
    assertThat(one.admin().run("revoke-key?prefix=" + key.prefix()))
        .isEqualTo(Said.ok(line("revoked=", key)));

    await("everywhere")
        .atMost(EVERYWHERE_WITHIN)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> mine.get("/keys/self").errorCode().equals("KEY_REVOKED"));
    assertThat(other.admin().run("revoke-key?prefix=" + key.id()))
        .isEqualTo(Said.ok(line("revoked_already=", key)));
    gate.end(running);
    var row = client.get("/audit?action=key.revoked").data().get(0);
    assertThat(row.path("target").asText()).isEqualTo(key.id());
    assertThat(row.at("/actor/kind").asText()).isEqualTo("operator");
    assertThat(client.get("/audit?action=task.run&actor=operator").data().get(0).at("/target"))
        .hasToString("\"revoke-key\"");
  }

  @Test
  void endsItsCommandsTooEvenThoseThatItStillGetsIn() throws Exception {
    var key = SharedPair.key("noisy");
    var mine = new ApiClient(other.uri(), key.plain());
    var gate = Gate.anew();
    var running = gate.post(Map.of(), mine).data().path("id").asText();
    gate.awaitStarted(1, SOON);
    var waiting = gate.post(Map.of(), mine).data().path("id").asText();
    var dry = one.admin().run("revoke-key?cancel=true&dry_run=true&prefix=" + key.prefix());
    assertThat(dry)
        .isEqualTo(
            Said.ok(
                line("would_revoke=", key),
                "would_cancel_pending=1",
                "would_cancel=" + running + " project=" + gate.project()));
    assertThat(client.command(waiting).path("status").asText()).isEqualTo("pending");

    var refused = new AtomicBoolean();
    var busy =
        Thread.ofVirtual()
            .start(
                () -> {
                  while (!refused.get()) {
                    var status =
                        mine.post(
                                "/projects/" + gate.project() + "/shell",
                                Map.of("command", "sleep 600"))
                            .status();
                    refused.set(status == 401);
                  }
                });
    var said = one.admin().run("revoke-key?cancel=true&prefix=" + key.prefix());
    assertThat(busy.join(SOON)).isTrue();

    assertThat(said.lines().get(0)).isEqualTo(line("revoked=", key));
    assertThat(said.lines().get(1)).matches("cancelled_pending=[1-9]\\d*");
    assertThat(said.lines()).contains("cancelling=" + running + " project=" + gate.project());
    await("nothing of it is left")
        .atMost(SOON)
        .until(
            () ->
                SharedPair.number(
                        """
                        SELECT count(*) FROM commands
                        WHERE key_id = '%s' AND finished_at IS NULL
                        """
                            .formatted(key.id()))
                    == 0);
    assertThat(client.command(waiting).path("status").asText()).isEqualTo("cancelled");
    assertThat(client.command(running).at("/kill/reason").asText()).isEqualTo("cancel");
  }

  @Test
  void revokesNoneOfTwoKeysWithOnePrefix() {
    var first = SharedPair.key("twin");
    var second = SharedPair.key("twin");
    SharedPair.execute(
        "UPDATE api_keys SET key_prefix = '%s' WHERE id = '%s'"
            .formatted(first.prefix(), second.id()));

    var said = one.admin().run("revoke-key?prefix=" + first.prefix());

    assertThat(said.status()).isEqualTo(400);
    assertThat(said.lines().getFirst())
        .startsWith("error=prefix: 2 keys have this prefix; say which by its id: ")
        .contains(first.id(), second.id());
    assertThat(new ApiClient(one.uri(), first.plain()).get("/keys/self").status()).isEqualTo(200);
    assertThat(one.admin().run("revoke-key?prefix=" + first.id()).lines().getFirst())
        .startsWith("revoked=" + first.id());
    assertThat(new ApiClient(one.uri(), second.plain()).get("/keys/self").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "revoke-key | error=prefix: is required",
        "revoke-key?cancel=true | error=prefix: is required",
        "revoke-key?prefix= | error=prefix: must be the 8 characters after rdev_sk_, or the id",
        "revoke-key?prefix=rdev_tes | error=prefix: must be the 8 characters",
        "revoke-key?prefix=ABCDEF01 | error=prefix: must be the 8 characters",
        "revoke-key?prefix=00000000 | error=prefix: there is no such key",
        "revoke-key?prefix=admin | error=prefix: the key of RDEV_ADMIN_KEY has no row: change",
        "revoke-key?prefix=00000000&cancel=false | error=cancel: must be true",
        "revoke-key?key=00000000 | error=key: is no argument of this task",
      })
  void refusesWrongArgumentsByName(String call, String error) {
    one.admin()
        .run(call)
        .assertRefused(error, "revoke-key prefix=<prefix>|<key id> cancel=true dry_run=true");
  }

  private static String line(String word, SharedPair.Key key) {
    return word + key.id() + " key=" + key.prefix() + " name=" + key.name();
  }
}
