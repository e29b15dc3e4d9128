package ai.orchard9.rdev.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// Webhooks of one server: how many deliveries it makes, and how soon one follows on its event. The
/// receiver is cheap, on this machine, in this process.
final class WebhookBenchmark {
  private static final int WEBHOOKS = 20;

  /// Three for each webhook, as the service has it.
  private static final int AT_ONCE = 60;

  private static final int FACTS = 20_000;
  private static final int FEWER_FACTS = 5_000;
  private static final int ROUNDS = 4;
  private static final int EVENTS = 500;

  /// Until the code is compiled, which takes half the processors while it lasts.
  private static final Duration WARM_UP = Duration.ofSeconds(30);

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  /// As between two commands of people.
  private static final Duration PAUSE = Duration.ofMillis(20);

  /// Commands that ended, and the facts that tell of it, as the service writes them.
  private static final String END_COMMANDS =
      """
      WITH ended AS (
        INSERT INTO commands (id, project, type, status, priority, metadata, request,
          timeout_seconds, key_name, request_id, marker, started_at, finished_at, exit_code)
        SELECT 'cmd-' || ? || 'x' || n, 'hook-' || n %% %d, 'shell', 'completed', 'normal', '{}',
          '{"command": "true"}', 60, 'bench', 'r', 'm', now(), now(), 0
        FROM generate_series(1, ?) AS n RETURNING id, project, type, status, exit_code)
      INSERT INTO project_events (project, command_id, type, status, exit_code)
      SELECT project, id, type, status, exit_code FROM ended
      """
          .formatted(WEBHOOKS);

  @Test
  void measuresDeliveries() throws Exception {
    var postgres = TestPostgres.shared();
    try (var sink = new Sink();
        var bare = new BareSender(sink.url(), AT_ONCE);
        var server = server(postgres);
        var connection = postgres.open(server.database())) {
      connection.setAutoCommit(false);
      for (int i = 0; i < WEBHOOKS; i++) {
        subscribe(server.client(), sink, "hook-" + i);
      }
      var run = new Run(connection, sink, new Told(), new ArrayList<>());
      var delivered = new Samples(ROUNDS);
      var posted = new Samples(ROUNDS);
      var kept = new Samples(ROUNDS);
      for (var end = System.nanoTime() + WARM_UP.toNanos(); System.nanoTime() < end; ) {
        run.deliver(FEWER_FACTS);
      }
      for (var end = System.nanoTime() + WARM_UP.toNanos() / 3; System.nanoTime() < end; ) {
        run.post(bare, FEWER_FACTS);
      }
      for (int i = 0; i < ROUNDS; i++) {
        var our = run.deliver(FACTS);
        var their = run.post(bare, FACTS);
        delivered.add(millis(our));
        posted.add(millis(their));
        kept.add(millis(our / their));
      }
      run.verify();

      new Report("p. Webhooks: deliveries", "a second", "median")
          .row("delivered, each attempt recorded", Samples.text(delivered.median()))
          .row("bare: posted", Samples.text(posted.median()))
          .row("ours of bare, pair by pair", String.format(Locale.ROOT, "%.2f", kept.median()))
          .note(
              """
              %,d commands that have ended, %d rounds after %d s to warm up, each told to one of %d webhooks with the
              same receiver: from the commit of the ends until the last delivery is written down as delivered. So it
              includes numbering, events, claims, signatures, attempts and the start of the round, which nobody
              announces. Bare is an Apache HttpClient that posts the same bodies by %d threads, signed, to the same
              receiver, by turns; it keeps no record. Every event arrived, numbered without holes. Targets: at least
              1,500; at least 0.5 of bare; what bounds that: `decisions/0010-webhooks.md`.
              """
                  .formatted(FACTS, ROUNDS, WARM_UP.toSeconds(), WEBHOOKS, AT_ONCE))
          .write();
    }
  }

  @Test
  void measuresHowSoonAnEventIsSent() throws Exception {
    var postgres = TestPostgres.shared();
    try (var sink = new Sink();
        var bare = new BareSender(sink.url(), 1);
        var server = server(postgres);
        var connection = postgres.open(server.database());
        var insert = connection.prepareStatement("INSERT INTO one VALUES (1, 'true')")) {
      postgres.execute(server.database(), "CREATE TABLE one (id bigint, body text)");
      var client = server.client();
      subscribe(client, sink, ApiClient.DEMO);
      var samples = new Samples(EVENTS);
      var bareSamples = new Samples(EVENTS);
      var warm = System.nanoTime() + WARM_UP.toNanos();
      for (int i = 0; i < EVENTS; ) {
        client.shell("true");
        var arrival = next(sink);
        var told = ApiClient.parse(text(arrival.body()));
        assertThat(told.path("event").asText()).isEqualTo("command.completed");
        Thread.sleep(PAUSE);
        var begin = Instant.now();
        insert.executeUpdate();
        bare.send(arrival.body());
        var bareArrival = next(sink);
        if (System.nanoTime() > warm) {
          samples.add(nanos(Instant.parse(told.path("timestamp").asText()), arrival.at()));
          bareSamples.add(nanos(begin, bareArrival.at()));
          i++;
        }
        Thread.sleep(PAUSE);
      }

      new Report("q. Webhooks: event to attempt", "ms", "p50", "p95", "p99", "bare p50", "ratio")
          .row("the end of a command to its arrival", samples.against(bareSamples))
          .note(
              """
              %,d commands one after the other, after %d s to warm up: from the `timestamp` in the payload, which is
              taken in the transaction that ends the command and cut to milliseconds, until the receiver has all of
              it. In between are that commit, the numbering, the claim and the request. Bare is one row inserted and
              committed and one signed request over a kept connection, in the same run. Target: p50 ≤ 20 ms.
              """
                  .formatted(EVENTS, WARM_UP.toSeconds()))
          .write();
    }
  }

  private static ServerProcess server(TestPostgres postgres) {
    return ServerProcess.named("webhooks")
        .database(postgres)
        .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1")
        .start();
  }

  private static void subscribe(ApiClient client, Sink sink, String project) {
    var answer =
        client.post(
            "/webhooks",
            Map.of(
                "url",
                sink.url().toString(),
                "events",
                List.of("command.completed"),
                "project_ids",
                List.of(project)));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
  }

  private static Sink.Arrival next(Sink sink) throws InterruptedException {
    return Objects.requireNonNull(sink.arrivals().poll(30, TimeUnit.SECONDS), "nothing arrived");
  }

  private static String text(byte[] body) {
    return new String(body, StandardCharsets.UTF_8);
  }

  private static long nanos(Instant from, Instant to) {
    return Duration.between(from, to).toNanos();
  }

  /// Samples keep nanoseconds and tell milliseconds.
  private static long millis(double value) {
    return (long) (value * 1e6);
  }

  /// What the receiver was told so far.
  private static final class Told {
    private final Set<String> ids = new HashSet<>();
    private final Map<String, BitSet> sequences = new HashMap<>();

    void add(JsonNode event) {
      ids.add(event.path("id").asText());
      sequences
          .computeIfAbsent(event.at("/data/project").asText(), _ -> new BitSet())
          .set(event.path("sequence").asInt());
    }
  }

  /// Rounds over one database; what was sent in the last one is sent by the bare one, too.
  private record Run(Connection connection, Sink sink, Told told, List<byte[]> last) {

    /// Deliveries a second.
    double deliver(int facts) throws Exception {
      var before = told.ids.size();
      try (var end = connection.prepareStatement(END_COMMANDS)) {
        end.setInt(1, before);
        end.setInt(2, facts);
        end.executeUpdate();
      }
      var begin = System.nanoTime();
      connection.commit();
      last.clear();
      while (last.size() < facts) {
        last.add(next(sink).body());
      }
      Awaitility.await("all are written down")
          .atMost(PATIENCE)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> number("SELECT count(*) FROM webhook_queue") == 0);
      var perSecond = facts * 1e9 / (System.nanoTime() - begin);
      last.forEach(it -> told.add(ApiClient.parse(text(it))));
      assertThat(told.ids).as("each once, while nothing fails").hasSize(before + facts);
      return perSecond;
    }

    /// Requests a second.
    double post(BareSender bare, int count) throws Exception {
      var bodies = List.copyOf(last.subList(0, count));
      var begin = System.nanoTime();
      bare.send(bodies);
      var perSecond = count * 1e9 / (System.nanoTime() - begin);
      for (int i = 0; i < count; i++) {
        next(sink);
      }
      return perSecond;
    }

    void verify() throws SQLException {
      var all = told.ids.size();
      assertThat(number("SELECT count(*) FROM webhook_events WHERE delivered_at IS NOT NULL"))
          .isEqualTo(all);
      assertThat(number("SELECT count(*) FROM webhook_attempts WHERE status_code = 204"))
          .isEqualTo(all);
      assertThat(told.sequences)
          .hasSize(WEBHOOKS)
          .allSatisfy((_, it) -> assertThat(it.nextClearBit(1)).isEqualTo(it.length()));
      assertThat(told.sequences.values().stream().mapToInt(BitSet::cardinality).sum())
          .isEqualTo(all);
    }

    private long number(String sql) throws SQLException {
      try (var statement = connection.createStatement();
          var row = statement.executeQuery(sql)) {
        assertThat(row.next()).isTrue();
        return row.getLong(1);
      } finally {
        connection.commit();
      }
    }
  }
}
