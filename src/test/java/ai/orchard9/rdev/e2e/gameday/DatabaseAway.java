package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Reader;
import ai.orchard9.rdev.testing.Scrape;
import java.util.Map;

/// PostgreSQL crashes while commands run and clients send more.
record DatabaseAway(Stage stage) {
  private static final Runbook RUNBOOK = Runbook.of("RdevAPIErrors");
  private static final Alert ALERT = Alert.named("RdevAPIErrors");
  private static final String[] ONCE = {"Idempotency-Key", "game-day-1"};

  void play() {
    var operator = stage.operator();
    var running = stage.start(ApiClient.DEMO, Stage.COUNTING);
    var reader = Reader.follow(running, stage.client());
    reader.awaitOutputs(3);

    var before = stage.scrape();
    stage.postgres().stop("QUIT");
    for (int i = 0; i < 3; i++) {
      assertThat(submit().status()).isEqualTo(503);
    }
    var during = stage.scrape();
    assertThat(share(before, during)).isGreaterThan(ALERT.limit());
    var ready = operator.attempt(RUNBOOK.look("/ready"));
    assertThat(ready.status()).isNotZero();
    assertThat(String.join("", ready.lines())).contains("\"database\":\"failed");
    assertThat(operator.run(RUNBOOK.look("status=\"5"))).isNotEmpty();
    assertThat(operator.run(RUNBOOK.look("rdev_database"))).isNotEmpty();
    assertThat(operator.run(RUNBOOK.look("circuit_breaker_state")))
        .anyMatch(it -> it.endsWith("state=\"closed\"} 1.0"));
    assertThat(operator.attempt(RUNBOOK.remedy("pg_stat_activity")).status()).isNotZero();

    stage.postgres().start();

    assertThat(operator.run(RUNBOOK.remedy("pg_stat_activity"))).isNotEmpty();
    Stage.awaiting("ready").until(() -> operator.attempt(RUNBOOK.verify("/ready")).status() == 0);
    var accepted = submit();
    assertThat(accepted.status()).isEqualTo(202);
    var again = submit();
    assertThat(again.data().path("id")).isEqualTo(accepted.data().path("id"));
    stage.assertCompletes(accepted.data().path("id").asText());
    stage.letGoOn();
    reader.awaitEnd(Stage.SOON).assertExact(stage.client(), running);
    stage.assertCompletes(running);
    var after = stage.scrape();
    assertThat(operator.run(RUNBOOK.verify("http_requests_total"))).isNotEmpty();
    stage.client().get("/commands");
    Stage.awaiting("counted").until(() -> share(after, stage.scrape()) == 0);
  }

  private ApiClient.Answer submit() {
    return stage.client().post("/projects/demo/shell", Map.of("command", "echo once"), ONCE);
  }

  private static double share(Scrape before, Scrape after) {
    return ALERT.increase(0, before, after) / ALERT.increase(1, before, after);
  }
}
