package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.cluster.PodSpec;

/// A project's pod is deleted, and comes back under another name while the cluster's news of it do
/// not arrive.
record PodGone(Stage stage) {
  private static final String ALERT = "RdevAPIProjectNotFound";
  private static final String PROJECT = "shop";
  private static final String HERE = "project-id=" + PROJECT;

  /// Of users who try again, in the five minutes that the alert looks at.
  private static final int TRIES = 70;

  void play() {
    var operator = stage.operator();
    var runbook = Runbook.of(ALERT);
    var pod = stage.cluster().run(PodSpec.project(PROJECT));
    awaitStatus(200);
    pod.notReady();
    Stage.awaiting("seen as not ready").until(() -> shown("status=pending"));
    var waiting = stage.submit(PROJECT, "echo at last");

    pod.delete();
    awaitStatus(404);
    assertThat(perMinuteWhileUsersTry()).isGreaterThan(Alert.named(ALERT).limit());
    assertThat(operator.run(runbook.look("project not found")))
        .anyMatch(it -> it.contains("project=\"" + PROJECT + "\""));
    assertThat(operator.run(runbook.look("status=\"404\""))).isNotEmpty();
    assertThat(listed()).doesNotContain(PROJECT + "-0");
    assertThat(operator.run(runbook.look("project-id="), HERE))
        .noneMatch(it -> it.contains("\"name\":\"" + PROJECT));
    assertThat(stage.pendingReason(waiting)).isEqualTo("project_not_running");

    silenceWatches();
    stage.cluster().run(PodSpec.project(PROJECT).named("shop-blue"));
    assertThat(operator.run(runbook.look("project-id="), HERE))
        .anyMatch(it -> it.contains("\"name\":\"shop-blue\""));
    assertThat(listed()).as("the list is old").doesNotContain("shop-blue");

    assertThat(operator.run(runbook.remedy("cache-flush"))).containsExactly("flushed=projects");

    // By what the server does anyway: whoever asks for the project would have it looked for.
    Stage.awaiting("seen at once").until(() -> shown("status=running pod=shop-blue"));
    stage.assertCompletes(waiting);
    var before = stage.scrape();
    assertThat(
            operator.run(runbook.verify("$API_KEY\" localhost:8080/projects/<project-id>"), HERE))
        .anyMatch(it -> it.contains("shop-blue"));
    assertThat(operator.run(runbook.verify("echo hello"), HERE))
        .anyMatch(it -> it.contains("\"status\":\"completed\""));
    assertThat(Alert.named(ALERT).increase(0, before, stage.scrape())).isZero();
    stage.cluster().pod("shop-blue").delete();
  }

  /// Has the cluster tell no news any more; what happened before is known by then.
  private void silenceWatches() {
    var hanging = stage.cluster().faults().watches().hang();
    var before = hanging.left();
    stage.cluster().faults().dropWatches();
    Stage.awaiting("a watch that hangs").until(() -> hanging.left() < before);
  }

  private double perMinuteWhileUsersTry() {
    var before = stage.scrape();
    for (int i = 0; i < TRIES; i++) {
      stage.client().get("/projects/" + PROJECT);
    }
    var alert = Alert.named(ALERT);
    Stage.awaiting("counted").until(() -> alert.increase(0, before, stage.scrape()) >= TRIES);
    return alert.increase(0, before, stage.scrape()) / 5;
  }

  private void awaitStatus(int status) {
    Stage.awaiting(PROJECT + " is " + status)
        .until(() -> stage.client().get("/projects/" + PROJECT).status() == status);
  }

  private boolean shown(String words) {
    return listed().contains("project=" + PROJECT + " " + words);
  }

  /// What the server sees.
  private String listed() {
    return String.join("\n", stage.operator().run(Runbook.of(ALERT).look("tasks/projects")));
  }
}
