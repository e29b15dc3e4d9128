package ai.orchard9.rdev.command.output;

import static ai.orchard9.rdev.command.output.Commands.OWNER;
import static ai.orchard9.rdev.command.output.Commands.TOKEN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.database.Listener;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class OutputLogTest {

  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static Commands commands;

  private final List<OutputLog> logs = new ArrayList<>();
  private final String id = "cmd-" + UUID.randomUUID().toString().replace("-", "");
  private OutputLog log;
  private CommandKey key;

  @BeforeAll
  static void openPool() {
    commands = new Commands(POSTGRES.target());
  }

  @AfterAll
  static void closePool() {
    commands.close();
  }

  @BeforeEach
  void start() throws Exception {
    log = newLog(OWNER, POSTGRES::connect);
    key = commands.running(id);
  }

  @AfterEach
  void stop() throws Exception {
    for (OutputLog each : logs) {
      each.stop();
    }
  }

  @Test
  void recordsChunksAndMovesTheRow() {
    append("out1\nout2\n", "err\n");

    var row =
        commands
            .jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "SELECT last_event_id, stdout_bytes, stderr_bytes, acknowledged"
                                + " FROM commands WHERE id = :id")
                        .bind("id", id)
                        .mapToMap()
                        .one());
    assertThat(row)
        .containsEntry("last_event_id", 3L)
        .containsEntry("stdout_bytes", 10L)
        .containsEntry("stderr_bytes", 4L)
        .containsEntry("acknowledged", true);
    assertThat(new OutputStore(commands.jdbi(), 1).position(id)).contains(new Position(3, false));
    assertThat(log.head(key, StreamName.STDOUT, 7)).asString(UTF_8).isEqualTo("out1\nou");
    assertThat(log.head(key, StreamName.STDERR, 100)).asString(UTF_8).isEqualTo("err\n");
  }

  @Test
  void recordsNothingForAStaleToken() {
    var chunks = cut("x\n", "");

    assertThat(log.append(key, TOKEN - 1, OWNER, chunks)).isFalse();
    assertThat(log.append(key, TOKEN, "server-b", chunks)).isFalse();
    commands.finish(id);
    assertThat(log.append(key, TOKEN, OWNER, chunks)).isFalse();

    assertThat(storedChunks()).isZero();
    assertThat(new OutputStore(commands.jdbi(), 1).position(id)).contains(new Position(0, true));
  }

  @Test
  void saysThatARepeatedAppendIsRecorded() {
    var chunks = cut("x\n", "");

    assertThat(log.append(key, TOKEN, OWNER, chunks)).isTrue();
    assertThat(log.append(key, TOKEN, OWNER, chunks)).isTrue();

    assertThat(storedChunks()).isEqualTo(1);
  }

  @Test
  void recordsNoChunkThatDoesNotContinueWhatIsStored() {
    var segmenter = new Segmenter(id, 5, 0, 0, Long.MAX_VALUE);
    segmenter.append(StreamName.STDOUT, "x\n".getBytes(UTF_8), 0, 2, 0);

    assertThat(log.append(key, TOKEN, OWNER, segmenter.take(0))).isFalse();

    assertThat(storedChunks()).isZero();
  }

  @Test
  void readsFromEveryPositionTheSameEvents() throws Exception {
    var written = write(log, key, 1, 300, new Random(7));
    commands.finish(id);
    log.finished(id);
    var elsewhere = newLog("server-b", POSTGRES::connect);

    for (long after = 0; after <= written.lastEventId; after += 1 + after / 7) {
      assertReads(log, after, written.lastEventId);
      assertReads(elsewhere, after, written.lastEventId);
    }
  }

  @Test
  void wakesReadersHereAndOnOtherServers() throws Exception {
    var elsewhere = newLog("server-b", POSTGRES::connect);
    var here = new Semaphore(0);
    var there = new Semaphore(0);

    try (var _ = log.subscribe(id, here::release);
        var _ = elsewhere.subscribe(id, there::release);
        var reader = elsewhere.reader(key, 0)) {
      awaitListening(there);
      assertThat(reader.fetch()).isEqualTo(Next.WAITING);
      there.drainPermits();
      here.drainPermits();
      append("news\n", "");

      assertThat(here.tryAcquire(1, TimeUnit.SECONDS)).isTrue();
      // Well below the net's second: it was the notification.
      assertThat(there.tryAcquire(700, TimeUnit.MILLISECONDS)).isTrue();
      assertThat(reader.fetch()).isInstanceOf(Next.Found.class);
      assertThat(reader.poll()).isEqualTo(Next.WAITING);
    }
  }

  @Test
  void asksForTheEndOnlyWhenTheRowMayHaveChanged() {
    // Not started: it hears nothing of others and asks nothing by itself.
    var alone = unstarted("alone", POSTGRES::connect);
    try (var _ = alone.subscribe(id, () -> {})) {
      assertThat(alone.hasEnded(id)).isFalse();
      commands.finish(id);

      assertThat(alone.hasEnded(id)).as("nobody said so").isFalse();
      alone.finished(id);
      assertThat(alone.hasEnded(id)).isTrue();
    }
  }

  @Test
  void forgetsNoNewsThatCameWhileItAskedForThem() {
    try (var _ = log.subscribe(id, () -> {});
        var reader = log.reader(key, 0)) {
      reader.load();
      append("news\n", "");

      assertThat(reader.poll()).isInstanceOf(Next.Found.class);
    }
  }

  @Test
  void findsNewsWithinSecondsWithoutNotifications() throws Exception {
    var deaf =
        newLog(
            "server-b",
            () -> {
              throw new SQLException("no LISTEN here");
            });
    var woken = new Semaphore(0);

    try (var _ = deaf.subscribe(id, woken::release);
        var reader = deaf.reader(key, 0)) {
      assertThat(reader.fetch()).isEqualTo(Next.WAITING);
      append("news\n", "");
      assertThat(woken.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
      assertThat(reader.fetch()).isInstanceOf(Next.Found.class);
      woken.drainPermits();

      commands.finish(id);

      assertThat(woken.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
      assertThat(reader.fetch()).isEqualTo(Next.ENDED);
    }
  }

  @Test
  void listensAgainAfterItsConnectionWasCut() throws Exception {
    var opened = new AtomicInteger();
    var elsewhere =
        newLog(
            "server-b",
            () -> {
              opened.incrementAndGet();
              return POSTGRES.connect();
            });
    var there = new Semaphore(0);
    try (var _ = elsewhere.subscribe(id, there::release)) {
      awaitListening(there);
      commands
          .jdbi()
          .useHandle(
              handle ->
                  handle.execute(
                      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                          + " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                          + " OR query = 'SELECT 1' AND pid <> pg_backend_pid()"));
      await().until(() -> opened.get() > 1);
      awaitListening(there);
      there.drainPermits();

      append("news\n", "");

      assertThat(there.tryAcquire(900, TimeUnit.MILLISECONDS)).isTrue();
    }
  }

  @Test
  void readersOnBothServersSeeExactlyWhatAWriterRecords() throws Exception {
    var elsewhere = newLog("server-b", POSTGRES::connect);
    var readers = new ArrayList<Following>();
    for (int i = 0; i < 6; i++) {
      readers.add(new Following(i % 2 == 0 ? log : elsewhere, key));
    }

    var written = write(log, key, 1, 400, new Random(11));
    commands.finish(id);
    log.finished(id);

    for (Following reader : readers) {
      assertThat(reader.await()).isEqualTo(written.lastEventId);
      assertThat(reader.stdout.toByteArray()).isEqualTo(written.stdout.toByteArray());
      assertThat(reader.stderr.toByteArray()).isEqualTo(written.stderr.toByteArray());
    }
  }

  @Test
  void hashesWhatIsStored() throws Exception {
    var written = write(log, key, 1, 100, new Random(13));

    var hashes = new OutputHashes();
    log.replay(key, hashes::update);

    assertThat(hashes.stdoutHex()).isEqualTo(sha256(written.stdout.toByteArray()));
    assertThat(hashes.stderrHex()).isEqualTo(sha256(written.stderr.toByteArray()));
  }

  @Test
  void tellsOfEventsThatWerePurged() {
    append("1\n2\n3\n", "");
    var more = new Segmenter(id, 4, 6, 0, Long.MAX_VALUE);
    more.append(StreamName.STDOUT, "4\n".getBytes(UTF_8), 0, 2, 0);
    assertThat(log.append(key, TOKEN, OWNER, more.take(0))).isTrue();
    commands
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    "DELETE FROM output_chunks WHERE command_id = ? AND first_event_id = 1", id));
    var fresh = newLog("server-c", POSTGRES::connect);

    try (var reader = fresh.reader(key, 1)) {
      assertThat(reader.fetch()).isEqualTo(new Next.Gap(2, 3));
      assertThat(reader.fetch())
          .isInstanceOfSatisfying(
              Next.Found.class, found -> assertThat(found.firstEventId()).isEqualTo(4));
      assertThat(reader.fetch()).isEqualTo(Next.WAITING);
    }
    commands
        .jdbi()
        .useHandle(handle -> handle.execute("DELETE FROM output_chunks WHERE command_id = ?", id));
    commands.finish(id);
    var later = newLog("server-d", POSTGRES::connect);
    try (var reader = later.reader(key, 0)) {
      assertThat(reader.fetch()).isEqualTo(new Next.Gap(1, 4));
      assertThat(reader.fetch()).isEqualTo(Next.ENDED);
    }
  }

  @Test
  void saysWhyWhenTheDatabaseCannotBeAsked() {
    var broken = new OutputStore(commands.jdbi(), 1);

    assertThatThrownBy(() -> broken.notify("x".repeat(100), ""))
        .isInstanceOf(OutputUnavailableException.class);
  }

  private record Written(
      ByteArrayOutputStream stdout, ByteArrayOutputStream stderr, long lastEventId) {}

  /// Writes random output of both streams in small and large pieces.
  private static Written write(
      OutputLog log, CommandKey key, long firstEventId, int rounds, Random random) {
    var stdout = new ByteArrayOutputStream();
    var stderr = new ByteArrayOutputStream();
    var segmenter = new Segmenter(key.id(), firstEventId, 0, 0, Long.MAX_VALUE);
    long last = firstEventId - 1;
    for (int i = 0; i < rounds; i++) {
      boolean first = random.nextBoolean();
      int lines = random.nextInt(20) == 0 ? random.nextInt(4000) : random.nextInt(5);
      byte[] bytes = ("line " + i + " äöü\n").repeat(lines).getBytes(UTF_8);
      (first ? stdout : stderr).writeBytes(bytes);
      segmenter.append(
          first ? StreamName.STDOUT : StreamName.STDERR, bytes, 0, bytes.length, System.nanoTime());
      for (var chunks = segmenter.take(0); !chunks.isEmpty(); chunks = segmenter.take(0)) {
        assertThat(log.append(key, TOKEN, OWNER, chunks)).isTrue();
        last = chunks.getLast().lastEventId();
      }
    }
    return new Written(stdout, stderr, last);
  }

  /// One reader that follows to the end on a thread of its own.
  private static final class Following {
    private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final Semaphore news = new Semaphore(0);
    private final Thread thread;
    private long last;

    Following(OutputLog log, CommandKey key) {
      thread = Thread.ofVirtual().start(() -> follow(log, key));
    }

    private void follow(OutputLog log, CommandKey key) {
      try (var _ = log.subscribe(key.id(), news::release);
          var reader = log.reader(key, 0)) {
        while (true) {
          switch (reader.fetch()) {
            case Next.Found found -> take(found);
            case Next.Waiting() -> news.acquireUninterruptibly();
            case Next.Ended() -> {
              return;
            }
            case Next.Gap gap -> throw new AssertionError(gap);
            case Next.AskDatabase() -> throw new AssertionError();
          }
        }
      }
    }

    private void take(Next.Found found) {
      var chunk = found.shared().chunk();
      assertThat(found.firstEventId()).isEqualTo(last + 1).isEqualTo(chunk.firstEventId());
      (chunk.stream() == StreamName.STDOUT ? stdout : stderr).writeBytes(chunk.bytes());
      last = chunk.lastEventId();
    }

    private long await() throws InterruptedException {
      assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
      return last;
    }
  }

  private void assertReads(OutputLog from, long after, long last) {
    long position = after;
    try (var reader = from.reader(key, after)) {
      while (true) {
        if (!(reader.fetch() instanceof Next.Found found)) {
          break;
        }
        assertThat(found.firstEventId()).isEqualTo(position + 1);
        position = found.shared().chunk().lastEventId();
      }
      assertThat(reader.poll()).isEqualTo(Next.ENDED);
    }
    assertThat(position).isEqualTo(last);
  }

  private OutputLog newLog(String serverId, Listener.Source listening) {
    var made = unstarted(serverId, listening);
    logs.add(made);
    made.start();
    return made;
  }

  private static OutputLog unstarted(String serverId, Listener.Source listening) {
    var metrics = new PrometheusRegistry();
    return new OutputLog(
        commands.jdbi(), listening, serverId, new BackgroundMetrics(metrics), metrics);
  }

  /// A listener that has just begun to listen wakes all, for it may have missed something.
  private static void awaitListening(Semaphore woken) throws InterruptedException {
    assertThat(woken.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
  }

  private void append(String stdout, String stderr) {
    assertThat(log.append(key, TOKEN, OWNER, cut(stdout, stderr))).isTrue();
  }

  private List<Chunk> cut(String stdout, String stderr) {
    var segmenter = new Segmenter(id, 1, 0, 0, Long.MAX_VALUE);
    segmenter.append(StreamName.STDOUT, stdout.getBytes(UTF_8), 0, stdout.length(), 0);
    segmenter.append(StreamName.STDERR, stderr.getBytes(UTF_8), 0, stderr.length(), 0);
    return segmenter.take(0);
  }

  private long storedChunks() {
    return commands
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT count(*) FROM output_chunks WHERE command_id = :id")
                    .bind("id", id)
                    .mapTo(Long.class)
                    .one());
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
