package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Reader;
import java.io.UncheckedIOException;

/// The only server is replaced while a command runs, and the new one cannot start, because the
/// database is away.
record NoReplica(Stage stage) {
  private static final Runbook RUNBOOK = Runbook.of("RdevAPIDown");

  void play() {
    var operator = stage.operator();
    var running = stage.start(ApiClient.DEMO, Stage.COUNTING);
    var reader = Reader.follow(running, stage.client());
    reader.awaitOutputs(3);

    stage.server().stop();
    stage.postgres().stop("INT");
    stage.server().launch();
    Stage.awaiting("the log says why")
        .until(
            () ->
                operator.run(RUNBOOK.look("--tail=100")).stream()
                    .anyMatch(it -> it.contains("waiting for the database")));
    assertThat(Alert.named("RdevAPIDown").expression()).contains("absent(up{");
    assertThatThrownBy(stage::scrape).isInstanceOf(UncheckedIOException.class);
    assertThat(operator.attempt(RUNBOOK.verify("/ready")).status()).isNotZero();

    stage.postgres().start();

    Stage.awaiting("ready").until(() -> operator.attempt(RUNBOOK.verify("/ready")).status() == 0);
    assertThat(stage.scrape().families()).isNotEmpty();
    assertThat(operator.run(RUNBOOK.verify("tasks/servers"))).contains("alive=1");
    stage.letGoOn();
    reader.awaitEnd(Stage.SOON).assertExact(stage.client(), running);
    stage.assertCompletes(running);
    assertThat(stage.client().command(running).path("attempt").asInt()).isOne();
  }
}
