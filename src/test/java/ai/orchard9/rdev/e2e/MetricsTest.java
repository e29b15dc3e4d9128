package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.MetricsManual;
import ai.orchard9.rdev.testing.Scrape;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a booted server says of itself at `/metrics` (contract section 13).
final class MetricsTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0";
  private static final List<String> TYPES = List.of("shell", "git", "claude");
  private static final List<String> ENDS = List.of("completed", "failed", "cancelled");

  private static @Nullable ServerProcess server;

  /// Before anything was asked of it.
  private static @Nullable Scrape first;

  @BeforeAll
  static void start() {
    server =
        ServerProcess.named("metrics")
            .database(TestPostgres.shared())
            .environment("CONCURRENT_COMMANDS", "1")
            .project("demo")
            .project("other")
            .start();
    first = Scrape.of(server());
  }

  @AfterAll
  static void stop() {
    server().close();
  }

  private static ServerProcess server() {
    return Objects.requireNonNull(server);
  }

  private static Scrape first() {
    return Objects.requireNonNull(first);
  }

  private static Scrape now() {
    return Scrape.of(server());
  }

  @Test
  void hasWhatTheManualListsWithItsTypeAndLabels() {
    var listed = MetricsManual.rows().values().stream().filter(it -> !it.onlyInClusters()).toList();
    server().client().run("true");

    var scrape = now();

    assertThat(listed).hasSizeGreaterThan(40);
    assertThat(listed)
        .allSatisfy(
            row -> {
              var family = scrape.family(row.name());
              assertThat(family.type()).as(row.name()).isEqualTo(row.type());
              assertThat(family.labelSets()).as(row.name()).isEqualTo(Set.of(row.labels()));
            });
  }

  @Test
  void hasNothingOfItsOwnThatIsNotListed() {
    assertThat(now().families().keySet())
        .filteredOn(it -> it.startsWith("rdev_") || it.startsWith("http_"))
        .isSubsetOf(MetricsManual.rows().keySet());
  }

  @Test
  void knowsProjectsTypesAndStatusesFromTheStart() {
    for (var project : List.of("demo", "other")) {
      for (var type : TYPES) {
        assertThat(first().value("rdev_commands_active", "project=" + project, "type=" + type))
            .isZero();
        for (var status : ENDS) {
          var labels = new String[] {"project=" + project, "type=" + type, "status=" + status};
          assertThat(first().value("rdev_commands_total", labels)).isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"duration", "queue", "first_byte"})
  void hasTimesOfEachTypeAndStatusFromTheStart(String what) {
    for (var type : TYPES) {
      for (var status : ENDS) {
        var labels = new String[] {"project=", "type=" + type, "status=" + status};
        assertThat(first().value("rdev_command_" + what + "_seconds_count", labels)).isZero();
      }
    }
  }

  @Test
  void beginsAtZero() {
    assertThat(values("rdev_queue_depth")).hasSize(4).containsOnly(0.0);
    assertThat(values("rdev_command_failures_total")).hasSize(10).containsOnly(0.0);
    assertThat(values("rdev_webhook_deliveries_total")).hasSize(3).containsOnly(0.0);
    assertThat(values("rdev_webhooks_disabled_total")).hasSize(2).containsOnly(0.0);
    assertThat(values("rdev_ratelimit_requests_total")).hasSize(2).containsOnly(0.0);
    assertThat(values("rdev_sse_connections_total")).containsExactly(0.0);
    assertThat(values("rdev_audit_chain_broken")).containsExactly(0.0);
    assertThat(first().value("rdev_circuit_breaker_state", "name=cluster", "state=closed")).isOne();
    assertThat(first().value("rdev_circuit_breaker_state", "name=cluster", "state=open")).isZero();
    assertThat(first().value("rdev_sse_connections_limit")).isEqualTo(10_000);
    assertThat(first().value("rdev_database_connections_limit", "pool=api")).isPositive();
    assertThat(first().value("rdev_cluster_token_expiry_timestamp_seconds")).isInfinite();
    assertThat(first().value("rdev_projects")).isEqualTo(2);
  }

  @Test
  void knowsTheRoutesFromTheStart() {
    assertThat(first().value("http_requests_in_flight", "method=POST", "path=/projects/{id}/shell"))
        .isZero();
    assertThat(
            first()
                .value(
                    "http_requests_total",
                    "method=GET",
                    "path=/projects/{id}/events",
                    "status=500"))
        .isZero();
  }

  private static List<Double> values(String family) {
    return first().family(family).samples().stream().map(Scrape.Sample::value).toList();
  }

  @Test
  void countsAndTimesCommandsByTheirEnd() {
    var client = server().client();
    // What ended is counted a moment later, and before its owner lets go of it.
    awaitNothingRuns();
    var before = now();

    client.run("sleep 0.2; echo hello; sleep 0.2");
    client.run("exit 3");
    var long1 = client.shell("sleep 60");
    client.awaitRunning(long1);
    var late = client.shell(Map.of("command", "true", "start_within_seconds", 1));
    assertThat(client.awaitEnd(late, SOON).at("/error/code").asText()).isEqualTo("QUEUE_TIMEOUT");
    var active = now();
    client.post("/commands/" + long1 + "/cancel", Map.of("grace_seconds", 0));
    client.awaitEnd(long1, SOON);

    await("the last end is counted")
        .atMost(SOON)
        .until(() -> grown(before, "rdev_commands_total", "status=cancelled") == 1);
    assertThat(active.value("rdev_commands_active", "project=demo", "type=shell")).isOne();
    assertThat(grown(before, "rdev_commands_total", "status=completed")).isOne();
    assertThat(grown(before, "rdev_commands_total", "status=failed")).isEqualTo(2);
    assertThat(grown(before, "rdev_command_duration_seconds_count", "status=failed")).isOne();
    assertThat(grown(before, "rdev_command_queue_seconds_count", "status=failed")).isEqualTo(2);
    assertThat(grown(before, "rdev_command_queue_seconds_sum", "status=failed"))
        .isBetween(1.0, 5.0);
    assertThat(grown(before, "rdev_command_first_byte_seconds_count", "project=demo")).isOne();
    var firstByte = grown(before, "rdev_command_first_byte_seconds_sum", "status=completed");
    assertThat(firstByte).isGreaterThan(0.19);
    assertThat(grown(before, "rdev_command_duration_seconds_sum", "status=completed"))
        .isGreaterThan(firstByte + 0.19);
    assertThat(now().sum("rdev_command_failures_total", "code=EXIT_NONZERO"))
        .isEqualTo(before.sum("rdev_command_failures_total", "code=EXIT_NONZERO") + 1);
    assertThat(now().sum("rdev_command_failures_total", "code=QUEUE_TIMEOUT"))
        .isEqualTo(before.sum("rdev_command_failures_total", "code=QUEUE_TIMEOUT") + 1);
    awaitNothingRuns();
  }

  private static void awaitNothingRuns() {
    await("nothing runs")
        .atMost(SOON)
        .until(() -> now().value("rdev_commands_active", "project=demo", "type=shell") == 0);
  }

  private static double grown(Scrape before, String sample, String label) {
    var labels = new String[] {"project=demo", "type=shell", label};
    return now().sum(sample, labels) - before.sum(sample, labels);
  }

  @Test
  void countsAnAdoptedCommandOnceAndShowsItWhereItIsOwned() {
    SharedPair.reset();
    var one = SharedPair.one();
    var other = SharedPair.other();
    var project = SharedPair.newProject();
    var started =
        one.client().post("/projects/" + project + "/shell", Map.of("command", "sleep 8; true"));
    var id = started.data().path("id").asText();
    await("it runs").atMost(SOON).until(() -> active(one, project) + active(other, project) == 1);
    var owner = active(one, project) == 1 ? one : other;
    var heir = owner == one ? other : one;

    // As a server that hands over does it, so that both are there to be asked afterwards.
    SharedPair.execute("UPDATE commands SET lease_until = '-infinity' WHERE id = '" + id + "'");

    await("it is shown by its new owner only")
        .atMost(SOON)
        .until(() -> active(heir, project) == 1 && active(owner, project) == 0);
    var record = one.client().awaitEnd(id, SOON);
    assertThat(record.path("adoptions").asInt()).isOne();
    assertThat(record.path("status").asText()).isEqualTo("completed");
    await("it is counted").atMost(SOON).until(() -> ended(heir, project) == 1);
    assertThat(ended(owner, project)).isZero();
    assertThat(Scrape.of(heir).sum("rdev_command_duration_seconds_sum", "project=" + project))
        .as("since its start, on whichever server that was")
        .isGreaterThan(7.5);
  }

  private static double active(ServerProcess server, String project) {
    return Scrape.of(server).sum("rdev_commands_active", "project=" + project);
  }

  private static double ended(ServerProcess server, String project) {
    return Scrape.of(server).sum("rdev_commands_total", "project=" + project);
  }

  @Test
  void givesNoMoreThanAHundredProjectsALabel() {
    var projects =
        Scrape.of(SharedPair.one()).family("rdev_commands_total").samples().stream()
            .map(it -> it.labels().get("project"))
            .collect(Collectors.toSet());

    assertThat(SharedPair.one().client().get("/projects?limit=200").data()).hasSizeGreaterThan(100);
    assertThat(projects).hasSize(101).contains("", "demo");
  }

  @Test
  void namesPathsByTheirTemplateAndWhatHasNoneUnmatched() {
    var client = server().client();

    client.get("/projects/nobody-has-this");
    client.get("/nowhere/at/all");
    client.get("/commands/cmd-0/output");

    await("counted")
        .atMost(SOON)
        .until(() -> has("GET", "unmatched", 404) && has("GET", "/commands/{id}/output", 404));
    assertThat(has("GET", "/projects/{id}", 404)).isTrue();
    assertThat(now().family("http_requests_total").samples())
        .extracting(it -> it.labels().get("path"))
        .noneMatch(it -> it.contains("nobody") || it.contains("nowhere") || it.contains("cmd-0"));
  }

  private static boolean has(String method, String path, int status) {
    return now().has("http_requests_total", "method=" + method, "path=" + path, "status=" + status);
  }

  @Test
  void leavesTheIdOfATraceAsAnExemplarWhereOpenMetricsIsAskedFor() {
    var client = server().client();
    var parent = "00-" + TRACE + "-00f067aa0ba902b7-01";
    client.post(
        "/projects/other/shell",
        Map.of("command", "echo traced"),
        "traceparent",
        parent,
        "Prefer",
        "wait=20");

    await("the request's and the command's")
        .atMost(SOON)
        .untilAsserted(
            () -> {
              var text = openMetrics();
              assertThat(text).endsWith("# EOF\n");
              assertThat(exemplars(text, "http_request_duration_seconds_bucket"))
                  .anyMatch(it -> it.contains("path=\"/projects/{id}/shell\""));
              assertThat(exemplars(text, "http_requests_total")).isNotEmpty();
              assertThat(exemplars(text, "rdev_command_duration_seconds_bucket"))
                  .anyMatch(it -> it.contains("project=\"other\""));
              assertThat(exemplars(text, "rdev_command_first_byte_seconds_bucket")).isNotEmpty();
            });
    assertThat(client.get("/metrics").text()).doesNotContain(TRACE);
  }

  private static String openMetrics() {
    var answer = server().client().get("/metrics", "Accept", OPEN_METRICS);
    assertThat(answer.header("Content-Type")).startsWith("application/openmetrics-text");
    return answer.text();
  }

  private static List<String> exemplars(String text, String sample) {
    return text.lines()
        .filter(it -> it.startsWith(sample + "{") && it.contains("# {"))
        .filter(it -> it.contains("trace_id=\"" + TRACE + "\""))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "*/*", "text/plain", "application/json"})
  void answersInThePlainFormatToAllOthers(String accept) {
    var answer = server().client().get("/metrics", "Accept", accept);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/plain");
    assertThat(Scrape.parse(answer.text()).families()).isNotEmpty();
  }
}
