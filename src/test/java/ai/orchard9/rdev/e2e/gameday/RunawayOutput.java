package ai.orchard9.rdev.e2e.gameday;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Scrape;
import java.util.Comparator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A command prints without end, tens of megabytes a second.
record RunawayOutput(Stage stage) {
  private static final Runbook RUNBOOK = Runbook.of("RdevAPIHighCPU");
  private static final Alert ALERT = Alert.named("RdevAPIHighCPU");

  /// Of `k8s/base/deployment.yaml`, in processors.
  private static final double CPU_LIMIT = 0.5;

  /// Half of what the server can take, so that others get somewhere.
  private static final String FLOOD =
      "yes that nobody will ever read this | while head -c 2000000; do sleep 0.05; done";

  private static final Pattern RUNNING = Pattern.compile("command=(\\S+) .* bytes=(\\d+) .*");

  void play() {
    var operator = stage.operator();
    var others =
        stage.start(
            ApiClient.DEMO, "i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo $i; sleep 0.1; done");
    var flood = stage.start(ApiClient.DEMO, FLOOD);

    Stage.awaiting("the alert sees it").until(() -> used() > ALERT.limit());
    var printed = printed();
    assertThat(operator.run(RUNBOOK.look("'localhost:8081/profile"))).isEmpty();
    assertThat(operator.run(RUNBOOK.look("jfr view"))).anyMatch(it -> it.contains("ai.orchard9"));
    assertThat(printed()).isGreaterThan(printed + 1_000_000);
    assertThat(operator.run(RUNBOOK.look("tasks/limits"))).isNotEmpty();
    var loudest = loudest();
    assertThat(loudest).isEqualTo(flood);

    operator.run(RUNBOOK.remedy("commands?cancel="), "command-id=" + loudest);

    var ended = stage.client().awaitEnd(flood, Stage.SOON);
    assertThat(ended.path("status").asText()).isEqualTo("cancelled");
    stage.assertCompletes(others);
    assertThat(stage.client().output(others))
        .asString(UTF_8)
        .isEqualTo(
            IntStream.rangeClosed(1, 40).mapToObj(it -> it + "\n").collect(Collectors.joining()));
    Stage.awaiting("it is quiet").until(() -> used() < ALERT.limit());
    printed = printed();
    assertThat(operator.run(RUNBOOK.verify("request_duration"))).isNotEmpty();
    assertThat(printed()).isEqualTo(printed);
  }

  /// The part of the limit that is in use: what the kubelet would say of the container's processor
  /// time, as the process itself says it.
  private double used() {
    var begin = System.nanoTime();
    var before = seconds(stage.scrape());
    Stage.awaiting("half a second").until(() -> System.nanoTime() - begin > 500_000_000);
    var after = seconds(stage.scrape());
    return (after - before) / ((System.nanoTime() - begin) / 1e9) / CPU_LIMIT;
  }

  private static double seconds(Scrape scrape) {
    return scrape.value("process_cpu_seconds_total");
  }

  private double printed() {
    return stage.operator().run(RUNBOOK.look("rdev_output_bytes_total")).stream()
        .filter(it -> it.startsWith("rdev_output_bytes_total "))
        .mapToDouble(it -> Double.parseDouble(it.split(" ", 2)[1]))
        .sum();
  }

  /// The command that has printed most.
  private String loudest() {
    return stage.operator().run(RUNBOOK.remedy("tasks/commands'")).stream()
        .map(RUNNING::matcher)
        .filter(it -> it.matches())
        .map(it -> it.toMatchResult())
        .max(Comparator.comparingLong((MatchResult it) -> Long.parseLong(it.group(2))))
        .orElseThrow()
        .group(1);
  }
}
