package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ReceiverAnswer;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.WebhookReceiver;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Ten webhooks on a server with places for twenty deliveries: one receiver hangs, by turns, and
/// the others shall not notice.
@EnabledIfSystemProperty(
    named = "rdev.repetitions",
    matches = "full",
    disabledReason = "a measurement: WebhookPairTest has the reduced form")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WebhookIsolationTest {
  private static final int HEALTHY = 9;
  private static final int TURNS = 4;
  private static final int COMMANDS = 12;

  /// Started and completed.
  private static final int EVENTS_EACH = 2;

  /// What a busy machine adds by itself now and then. A delivery that waits for the one that hangs,
  /// or for the next look at the queue, waits for 500 ms and more.
  private static final Duration SLACK = Duration.ofMillis(50);

  private final List<WebhookReceiver> healthy = new ArrayList<>();
  private final WebhookReceiver bad = WebhookReceiver.http();
  private final ServerProcess server =
      ServerProcess.named("webhook-isolation")
          .database(TestPostgres.shared())
          .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1")
          .environment("WEBHOOK_IN_FLIGHT", "20")
          .build();

  @BeforeAll
  void start() {
    server.launch();
    server.awaitReady();
    Hook.to(server.client(), bad.url());
    for (int i = 0; i < HEALTHY; i++) {
      healthy.add(WebhookReceiver.http());
      Hook.to(server.client(), healthy.getLast().url());
    }
  }

  @AfterAll
  void stop() {
    server.close();
    bad.close();
    healthy.forEach(WebhookReceiver::close);
  }

  @Test
  void aReceiverThatHangsDelaysNoOther() {
    var alone = new ArrayList<Duration>();
    var beside = new ArrayList<Duration>();
    delays(COMMANDS); // until the server's code is compiled
    for (int i = 0; i < TURNS; i++) {
      alone.add(p99(delays(COMMANDS)));
      hang();
      beside.add(p99(delays(COMMANDS)));
      recover();
    }

    // What else the machine does adds to some turns; what the service does wrong adds to all.
    var limit = Collections.min(alone).multipliedBy(3).dividedBy(2).plus(SLACK);
    assertThat(Collections.min(beside)).as("of %s, alone %s", beside, alone).isLessThan(limit);
  }

  /// It takes all the places that it can have and gives none back. The service remembers those that
  /// hung, and leaves them alone: here it is to be a surprise each time.
  private void hang() {
    bad.answer(ReceiverAnswer.silence());
    var before = bad.requests().size();
    delays(2);
    bad.awaitRequests(before + 3);
  }

  private void recover() {
    bad.answer(ReceiverAnswer.status(204));
    bad.closeConnections();
    Awaitility.await("it has caught up")
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              forget();
              return number("SELECT count(*) FROM webhook_queue") == 0;
            });
  }

  private void forget() {
    execute("UPDATE webhook_queue SET due = clock_timestamp() WHERE NOT leased");
    execute("UPDATE webhook_lanes SET strikes = 0, hold_until = '-infinity'");
  }

  /// From each event of so many commands, one after the other, to its arrival at a healthy
  /// receiver.
  private List<Duration> delays(int commands) {
    var before = healthy.stream().map(it -> it.requests().size()).toList();
    for (int i = 0; i < commands; i++) {
      server.client().run("true");
    }
    var delays = new ArrayList<Duration>();
    for (int i = 0; i < HEALTHY; i++) {
      var all = healthy.get(i).awaitRequests(before.get(i) + commands * EVENTS_EACH);
      all.stream().skip(before.get(i)).map(WebhookIsolationTest::delay).forEach(delays::add);
    }
    assertThat(delays).as("each once").hasSize(HEALTHY * commands * EVENTS_EACH);
    return delays;
  }

  private static Duration delay(WebhookReceiver.Received request) {
    var told = Instant.parse(Hook.body(request).path("timestamp").asText());
    return Duration.between(told, request.at());
  }

  private static Duration p99(List<Duration> delays) {
    var sorted = delays.stream().sorted().toList();
    return sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1);
  }

  private void execute(String sql) {
    TestPostgres.shared().execute(server.database(), sql);
  }

  private long number(String sql) {
    return TestPostgres.shared().number(server.database(), sql);
  }
}
