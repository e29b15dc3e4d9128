package ai.orchard9.rdev.command.output;

import static ai.orchard9.rdev.command.output.Commands.OWNER;
import static ai.orchard9.rdev.command.output.Commands.TOKEN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class OutputRetentionTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final LocalDate today = LocalDate.now(ZoneOffset.UTC);
  private Commands commands;
  private OutputStore store;
  private OutputRetention retention;

  @BeforeEach
  void open() {
    POSTGRES.truncate("output_chunks", "commands");
    commands = new Commands(POSTGRES.target());
    store = new OutputStore(commands.jdbi(), 2);
    retention =
        new OutputRetention(
            commands.jdbi(), Duration.ofDays(30), new BackgroundMetrics(new PrometheusRegistry()));
  }

  @AfterEach
  void close() {
    commands
        .jdbi()
        .useHandle(
            handle -> {
              for (String table : partitions()) {
                handle.execute("DROP TABLE " + table);
              }
            });
    commands.close();
  }

  @Test
  void makesPartitionsAheadAndOnlyOnce() {
    retention.tick();
    retention.tick();

    assertThat(partitions()).hasSize(8).first().isEqualTo(name(today));
    assertThat(partitions()).last().isEqualTo(name(today.plusDays(7)));
  }

  @Test
  void movesWhatCameBeforeItsPartition() {
    var key = record(today);
    assertThat(count("output_chunks_default")).isEqualTo(1);

    retention.tick();

    assertThat(count("output_chunks_default")).isZero();
    assertThat(count(name(today))).isEqualTo(1);
    assertThat(read(key)).isEqualTo("printed\n");
  }

  @Test
  void dropsDaysOlderThanTheRetention() {
    var old = record(today.minusDays(31));
    var kept = record(today.minusDays(30));
    commands.finish(old.id());
    commands.finish(kept.id());

    retention.tick();

    assertThat(read(old)).isEmpty();
    assertThat(read(kept)).isEqualTo("printed\n");
  }

  @Test
  void dropsWholePartitions() {
    makePartitionOf(today.minusDays(40));
    var old = record(today.minusDays(40));
    commands.finish(old.id());
    assertThat(count(name(today.minusDays(40)))).isEqualTo(1);

    retention.tick();

    assertThat(partitions()).doesNotContain(name(today.minusDays(40)));
    assertThat(read(old)).isEmpty();
  }

  @Test
  void keepsDaysOfCommandsThatMayStillPrint() {
    makePartitionOf(today.minusDays(40));
    var old = record(today.minusDays(40));
    var inDefault = record(today.minusDays(41));

    retention.tick();

    assertThat(read(old)).isEqualTo("printed\n");
    assertThat(read(inDefault)).isEqualTo("printed\n");
    commands.finish(old.id());
    commands.finish(inDefault.id());
  }

  private void makePartitionOf(LocalDate day) {
    commands
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "CREATE TABLE %s PARTITION OF output_chunks FOR VALUES FROM ('%s') TO ('%s')"
                        .formatted(name(day), day, day.plusDays(1))));
  }

  private CommandKey record(LocalDate day) {
    String id = "cmd-" + UUID.randomUUID().toString().replace("-", "");
    var key = commands.running(id, day);
    var chunk = new Chunk(id, 1, 1, StreamName.STDOUT, 0, 0, "printed\n".getBytes(UTF_8));
    assertThat(store.append(key, TOKEN, OWNER, List.of(chunk))).isTrue();
    return key;
  }

  private String read(CommandKey key) {
    var chunks = store.read(key, 0, List.of(StreamName.STDOUT), 1000);
    return chunks.isEmpty() ? "" : new String(chunks.getFirst().bytes(), UTF_8);
  }

  private List<String> partitions() {
    return commands
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
                            + " WHERE i.inhparent = 'output_chunks'::regclass"
                            + " AND c.relname <> 'output_chunks_default' ORDER BY 1")
                    .mapTo(String.class)
                    .list());
  }

  private long count(String table) {
    return commands
        .jdbi()
        .withHandle(
            handle -> handle.createQuery("SELECT count(*) FROM " + table).mapTo(Long.class).one());
  }

  private static String name(LocalDate day) {
    return "output_chunks_" + day.format(DateTimeFormatter.BASIC_ISO_DATE);
  }
}
