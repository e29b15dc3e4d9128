package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One project's places are held by commands that hang, and somebody has paused another one and
/// forgotten it.
record QueueStuck(Stage stage) {
  private static final Runbook RUNBOOK = Runbook.of("RdevAPIQueueAge");
  private static final Alert ALERT = Alert.named("RdevAPIQueueAge");
  private static final Pattern HANGING =
      Pattern.compile("command=(\\S+) project=demo .* age_seconds=\\d+ .*");
  private static final String PAUSED = "docs";

  void play() {
    var operator = stage.operator();
    stage.backend().add(PAUSED);
    Stage.awaiting("the second project is seen")
        .until(() -> stage.client().get("/projects/" + PAUSED).status() == 200);
    assertThat(ALERT.sum(0, stage.scrape())).isLessThan(ALERT.limit());
    IntStream.range(0, Stage.PLACES).forEach(_ -> stage.start(ApiClient.DEMO, "sleep 600"));
    var behind = stage.submit(ApiClient.DEMO, "echo behind");
    assertThat(stage.server().admin().run("queue?action=pause&project=" + PAUSED).status())
        .isEqualTo(200);
    var held = stage.submit(PAUSED, "echo held");
    stage
        .postgres()
        .execute(
            stage.server().database(),
            "UPDATE pending_commands SET created_at = created_at - interval '20 minutes'");

    Stage.awaiting("the alert sees it").until(() -> ALERT.sum(0, stage.scrape()) > ALERT.limit());
    var waiting = operator.run(RUNBOOK.look("status=pending"));
    assertThat(waiting)
        .anyMatch(it -> it.contains("\"pending_reason\":\"limit\""))
        .anyMatch(it -> it.contains("\"pending_reason\":\"paused\""));
    assertThat(operator.run(RUNBOOK.look("tasks/queue")))
        .contains(
            "concurrent_commands=" + Stage.PLACES,
            "project=demo pending=1 running=%d paused=false".formatted(Stage.PLACES))
        .anyMatch(it -> it.startsWith("pause=" + PAUSED) && it.endsWith("by=operator"));
    assertThat(operator.run(RUNBOOK.look("tasks/projects"))).contains("cluster_available=true");
    assertThat(operator.run(RUNBOOK.look("tasks/limits")))
        .anyMatch(it -> it.startsWith("concurrent_commands="));
    assertThat(operator.run(RUNBOOK.look("tasks/servers"))).contains("alive=1");
    var hanging = hanging(operator.run(RUNBOOK.look("tasks/commands")));
    assertThat(hanging).hasSize(Stage.PLACES);

    operator.run(RUNBOOK.remedy("commands?cancel="), "command-id=" + hanging.getFirst());
    operator.run(RUNBOOK.remedy("action=resume&project="), "project-id=" + PAUSED);

    Stream.of(behind, held).forEach(stage::assertCompletes);
    Stage.awaiting("it is quiet").until(() -> ALERT.sum(0, stage.scrape()) < ALERT.limit());
    assertThat(operator.run(RUNBOOK.verify("rdev_queue")))
        .contains("rdev_queue_oldest_seconds 0.0");
    operator.run(RUNBOOK.remedy("commands?cancel="), "command-id=" + hanging.getLast());
    stage.client().awaitEnd(hanging.getLast(), Stage.SOON);
  }

  private static List<String> hanging(List<String> shown) {
    return shown.stream()
        .map(HANGING::matcher)
        .filter(it -> it.matches())
        .map(it -> it.group(1))
        .toList();
  }
}
