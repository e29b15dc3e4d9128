package ai.orchard9.rdev.console.history;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class ServerHistoryTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final ServerHistory history = new ServerHistory(POSTGRES.jdbi());
  private int streams;
  private String breaker = "closed";

  @BeforeEach
  void empty() {
    POSTGRES.truncate("server_minutes");
  }

  @Test
  void notesWhatAServerSeesInTheMinuteOfTheDatabase() {
    streams = 3;

    look("a");

    assertThat(history.since(Instant.EPOCH))
        .singleElement()
        .satisfies(it -> assertThat(it).isEqualTo(new ServersMinute(it.minute(), 1, 3, "closed")))
        .satisfies(it -> assertThat(it.minute().getEpochSecond() % 60).isZero());
  }

  @Test
  void keepsTheMostAndTheWorstOfAMinute() {
    // One of two minutes in a row has all looks.
    for (var attempt = 0; attempt < 2; attempt++) {
      empty();
      see(3, "half_open");
      see(7, "closed");
      see(2, "open");
      see(0, "half_open");
      if (history.since(Instant.EPOCH).size() == 1) {
        break;
      }
    }

    assertThat(history.since(Instant.EPOCH))
        .singleElement()
        .satisfies(it -> assertThat(it).isEqualTo(new ServersMinute(it.minute(), 1, 7, "open")));
  }

  @Test
  void addsServersUp() {
    var minute = minute("10 min");
    insert(minute, "a", 3, "closed");
    insert(minute, "b", 4, "half_open");
    insert(minute.plusSeconds(60), "b", 5, "closed");

    assertThat(history.since(minute))
        .containsExactly(
            new ServersMinute(minute, 2, 7, "half_open"),
            new ServersMinute(minute.plusSeconds(60), 1, 5, "closed"));
    assertThat(history.since(minute.plusSeconds(1))).hasSize(1);
  }

  @Test
  void forgetsMinutesAfterSevenDays() {
    var kept = minute("6 days 23:58:00");
    insert(minute("7 days 00:01:00"), "a", 1, "closed");
    insert(kept, "a", 2, "closed");

    look("b");

    assertThat(history.since(Instant.EPOCH)).hasSize(2);
    assertThat(history.since(Instant.EPOCH).getFirst().minute()).isEqualTo(kept);
  }

  private void see(int open, String state) {
    streams = open;
    breaker = state;
    look("a");
  }

  private void look(String server) {
    var metrics = new BackgroundMetrics(new PrometheusRegistry());
    new ServerRecorder(POSTGRES.jdbi(), server, () -> streams, () -> breaker, metrics).tick();
  }

  private static void insert(Instant minute, String server, int streams, String breaker) {
    POSTGRES
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "INSERT INTO server_minutes (minute, server, streams, breaker)"
                        + " VALUES (?, ?, ?, ?)",
                    minute,
                    server,
                    streams,
                    breaker));
  }

  private static Instant minute(String ago) {
    return POSTGRES
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT date_bin('1 minute', clock_timestamp() - :ago::interval, 'epoch')")
                    .bind("ago", ago)
                    .mapTo(Instant.class)
                    .one());
  }
}
