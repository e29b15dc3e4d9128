package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.SseClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A client opens streams and never closes one, until there are as many as may be.
record StreamLeak(Stage stage) {
  private static final Runbook RUNBOOK = Runbook.of("RdevAPIStreamLimit");
  private static final Alert ALERT = Alert.named("RdevAPIStreamLimit");
  private static final Pattern HOLDER =
      Pattern.compile("key=(\\S+) project=demo streams=(\\d+) oldest_seconds=\\d+");
  private static final Pattern STREAM = Pattern.compile("stream=(\\d+) key=.*");

  void play() {
    var operator = stage.operator();
    var key =
        stage
            .client()
            .post("/keys", Map.of("name", "leaky", "scopes", List.of("projects:read")))
            .data();
    var followed = stage.start(ApiClient.DEMO, "echo begun; sleep 600");
    var leaked = new ArrayList<SseClient>();
    try {
      for (int i = 0; i < Stage.STREAMS; i++) {
        leaked.add(open(key.path("key").asText(), followed));
      }
      assertThat(status(followed)).isEqualTo(503);
      assertThat(used()).isGreaterThan(ALERT.limit());

      assertThat(operator.run(RUNBOOK.look("grep rdev_sse")))
          .contains("rdev_sse_connections_active 10.0", "rdev_sse_connections_limit 10.0");
      assertThat(operator.run(RUNBOOK.look("SSE connection"))).isNotEmpty();
      assertThat(operator.run(RUNBOOK.look("tasks/limits")))
          .anyMatch(it -> it.startsWith("max_streams=10 "));
      var shown = operator.run(RUNBOOK.look("tasks/streams"));
      var holder = first(HOLDER, shown);
      assertThat(holder.group(1)).isEqualTo(key.path("key_prefix").asText());
      assertThat(holder.group(2)).isEqualTo(Integer.toString(Stage.STREAMS));

      operator.run(
          RUNBOOK.remedy("close=<"),
          "pod-name=rdev-api-0",
          "stream-id=" + first(STREAM, shown).group(1));
      try (var mine = stage.client().events(followed)) {
        assertThat(mine.status()).as("there is room for one").isEqualTo(200);
        var prefix = "key-prefix=" + holder.group(1);
        assertThat(operator.run(RUNBOOK.remedy("<key-prefix>&dry_run=true"), prefix))
            .anyMatch(it -> it.startsWith("would_revoke=") && it.endsWith("name=leaky"));
        operator.run(RUNBOOK.remedy("prefix=<key-prefix>'"), prefix);

        Stage.awaiting("all but mine are gone").until(() -> used() == 1.0 / Stage.STREAMS);
        assertThat(used()).isLessThan(ALERT.limit());
        assertThat(operator.run(RUNBOOK.verify("connections_active")))
            .contains("rdev_sse_connections_active 1.0");
        assertThat(status(followed)).as("there is room again").isEqualTo(200);
      }
      assertThat(stage.client().command(followed).path("status").asText()).isEqualTo("running");
    } finally {
      leaked.forEach(SseClient::close);
      stage.cancel(followed);
    }
  }

  private SseClient open(String key, String command) {
    var stream = SseClient.get(stage.server().uri(), key, "/commands/" + command + "/events");
    assertThat(stream.status()).isEqualTo(200);
    return stream;
  }

  /// What somebody else gets who opens a stream.
  private int status(String command) {
    try (var stream = stage.client().events(command)) {
      return stream.status();
    }
  }

  private double used() {
    var scrape = stage.scrape();
    return ALERT.sum(0, scrape) / ALERT.sum(1, scrape);
  }

  private static MatchResult first(Pattern pattern, List<String> lines) {
    return lines.stream()
        .map(pattern::matcher)
        .filter(it -> it.matches())
        .map(it -> it.toMatchResult())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + pattern + " in " + lines));
  }
}
