package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Reader;

/// The cluster's API server goes away, and the circuit breaker opens.
record ClusterAway(Stage stage) {
  private static final Runbook RUNBOOK = Runbook.of("RdevAPICircuitBreakerOpen");
  private static final Alert ALERT = Alert.named("RdevAPICircuitBreakerOpen");
  private static final String STALE = "The cluster cannot be asked";

  void play() {
    var operator = stage.operator();
    var console = stage.console();
    var running = stage.start(ApiClient.DEMO, Stage.COUNTING);
    var reader = Reader.follow(running, stage.client());
    reader.awaitOutputs(3);
    assertThat(ALERT.sum(0, stage.scrape())).isOne();
    assertThat(console.get("/console/projects").html()).doesNotContain(STALE);

    stage.cluster().goAway();
    var waiting = stage.submit(ApiClient.DEMO, "echo at last");
    Stage.awaiting("the breaker opens").until(() -> ALERT.sum(0, stage.scrape()) == ALERT.limit());
    Stage.awaiting("the wait is explained")
        .until(() -> stage.pendingReason(waiting).equals("cluster_unavailable"));
    assertThat(stage.server().isReady()).isTrue();
    Stage.awaiting("the console says so")
        .until(() -> console.get("/console/projects").html().contains(STALE));
    assertThat(operator.run(RUNBOOK.look("action=show"))).hasSize(1).doesNotContain("state=closed");
    assertThat(operator.run(RUNBOOK.look("rdev_circuit_breaker_state")))
        .contains("rdev_circuit_breaker_state{name=\"cluster\",state=\"closed\"} 0.0");
    assertThat(operator.run(RUNBOOK.look("circuit breaker changed")))
        .anyMatch(it -> it.contains("circuit breaker changed"))
        .anyMatch(it -> it.contains("projects cannot be listed"));
    assertThat(operator.attempt(RUNBOOK.look("/readyz")).status()).isNotZero();
    assertThat(stage.client().command(running).path("status").asText()).isEqualTo("running");

    stage.cluster().comeBack();
    assertThat(operator.run(RUNBOOK.look("/readyz"))).contains("ok");
    operator.run(RUNBOOK.remedy("action=reset"), "pod-name=rdev-api-0");

    stage.assertCompletes(waiting);
    assertThat(operator.run(RUNBOOK.verify("action=show"))).containsExactly("state=closed");
    assertThat(operator.run(RUNBOOK.verify("tasks/queue"))).contains("normal=0");
    assertThat(ALERT.sum(0, stage.scrape())).isOne();
    Stage.awaiting("the console has forgotten it")
        .until(() -> !console.get("/console/projects").html().contains(STALE));
    stage.letGoOn();
    reader.awaitEnd(Stage.SOON).assertExact(stage.client(), running);
    stage.assertCompletes(running);
  }
}
