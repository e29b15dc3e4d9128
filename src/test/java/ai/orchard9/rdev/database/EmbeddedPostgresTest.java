package ai.orchard9.rdev.database;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.config.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EmbeddedPostgresTest {

  /// Kept over runs: unpacking and initdb cost seconds.
  private static final Path HOME = Path.of("target", "embedded-postgres-test").toAbsolutePath();

  private static final Path DATA = HOME.resolve("postgres/data");

  private final List<EmbeddedPostgres> started = new ArrayList<>();

  @BeforeEach
  void beginStopped() throws Exception {
    EmbeddedPostgres.start(HOME).close();
    assertThat(Postmaster.of(DATA)).isEmpty();
  }

  @AfterEach
  void stop() {
    started.forEach(EmbeddedPostgres::close);
  }

  @ParameterizedTest
  @CsvSource({
    "fsync,on",
    "synchronous_commit,on",
    "full_page_writes,on",
    "data_checksums,on",
    "listen_addresses,127.0.0.1",
    "unix_socket_directories,''",
    "idle_in_transaction_session_timeout,5s",
    "password_encryption,scram-sha-256",
    "max_wal_size,2GB",
    "jit,off",
    "server_encoding,UTF8",
  })
  void runsWithDurableSettings(String setting, String value) throws Exception {
    var postgres = start();

    assertThat(ask(postgres, "SHOW " + setting)).isEqualTo(value);
  }

  @Test
  void refusesAWrongPassword() throws Exception {
    var target = start().target();
    var wrong = new DatabaseTarget(target.jdbcUrl(), target.user(), new Secret<>("wrong"));

    var refused = catchSqlState(() -> wrong.connect());

    assertThat(refused).contains("28P01");
    assertThat(Files.getPosixFilePermissions(HOME.resolve("postgres/password"))).hasSize(2);
  }

  @Test
  void keepsDataOverRestarts() throws Exception {
    var first = start();
    execute(first, "CREATE TABLE IF NOT EXISTS kept (n int)", "INSERT INTO kept VALUES (7)");
    first.close();
    started.clear();
    assertThat(Postmaster.of(DATA)).isEmpty();

    var second = start();

    assertThat(ask(second, "SELECT max(n) FROM kept")).isEqualTo("7");
    execute(second, "DROP TABLE kept");
  }

  @Test
  void stopsOnlyWhenItsLastUserLeaves() throws Exception {
    var first = start();
    var second = start();

    first.close();
    assertThat(ask(second, "SELECT 1")).isEqualTo("1");
    second.close();
    started.clear();

    assertThat(Postmaster.of(DATA)).isEmpty();
  }

  @Test
  void outlivesItsServerAndIsFoundAgain() throws Exception {
    var server = otherServer();
    var before = Postmaster.of(DATA).orElseThrow();
    server.destroyForcibly().waitFor();

    assertThat(Postmaster.of(DATA)).contains(before);
    var postgres = start();

    assertThat(ask(postgres, "SELECT 1")).isEqualTo("1");
    assertThat(Postmaster.of(DATA)).contains(before);
    postgres.close();
    started.clear();
    assertThat(Postmaster.of(DATA)).as("the dead server holds it no more").isEmpty();
  }

  @Test
  void isSharedByServersAndStoppedByTheLast() throws Exception {
    var server = otherServer();
    var before = Postmaster.of(DATA).orElseThrow();

    var postgres = start();
    assertThat(Postmaster.of(DATA)).contains(before);
    postgres.close();
    started.clear();
    assertThat(Postmaster.of(DATA)).as("another server uses it").contains(before);

    server.getOutputStream().close();
    assertThat(server.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(Postmaster.of(DATA)).isEmpty();
  }

  @Test
  void startsDespiteALockFileThatNamesSomebodyElsesProcess() throws Exception {
    Files.writeString(
        DATA.resolve("postmaster.pid"),
        ProcessHandle.current().pid() + "\n" + DATA + "\n1\n5432\n");

    assertThat(ask(start(), "SELECT 1")).isEqualTo("1");
  }

  @Test
  void startsDespiteAKilledPostmaster() throws Exception {
    var first = start();
    execute(first, "CREATE TABLE IF NOT EXISTS crash (n int)", "INSERT INTO crash VALUES (9)");
    kill(Postmaster.of(DATA).orElseThrow().pid());

    var second = start();

    assertThat(ask(second, "SELECT max(n) FROM crash")).isEqualTo("9");
    execute(second, "DROP TABLE crash");
  }

  @Test
  void startsOnceForTwoWhoStartAtOnce() throws Exception {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var both = executor.invokeAll(List.<Callable<EmbeddedPostgres>>of(this::start, this::start));

      assertThat(both.get(0).get().target()).isEqualTo(both.get(1).get().target());
    }
  }

  @Test
  void takesAnotherPortWhenTheLastOneIsTaken() throws Exception {
    var file = HOME.resolve("postgres/port");
    var port = Integer.parseInt(Files.readString(file));
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(ask(start(), "SELECT 1")).isEqualTo("1");
      assertThat(Postmaster.of(DATA).orElseThrow().port()).isNotEqualTo(port);
    }
  }

  private synchronized EmbeddedPostgres start() {
    var postgres = EmbeddedPostgres.start(HOME);
    started.add(postgres);
    return postgres;
  }

  /// A server process that uses the same home until its stdin ends.
  private static Process otherServer() throws IOException {
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                OtherServer.class.getName(),
                HOME.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var reader = process.inputReader();
    for (var line = reader.readLine(); !"started".equals(line); line = reader.readLine()) {
      assertThat(line).as("the other server's output").isNotNull();
    }
    return process;
  }

  /// Its main class.
  static final class OtherServer {
    private OtherServer() {}

    public static void main(String[] arguments) throws IOException {
      try (var _ = EmbeddedPostgres.start(Path.of(arguments[0]))) {
        System.out.println("started");
        while (System.in.read() >= 0) {
          // Until it ends.
        }
      }
    }
  }

  private static void kill(long pid) throws Exception {
    var process = ProcessHandle.of(pid).orElseThrow();
    assertThat(process.destroyForcibly()).isTrue();
    process.onExit().get(10, TimeUnit.SECONDS);
  }

  private static Optional<String> catchSqlState(Callable<Connection> connect) throws Exception {
    try (var _ = connect.call()) {
      return Optional.empty();
    } catch (SQLException refused) {
      return Optional.ofNullable(refused.getSQLState());
    }
  }

  private static void execute(EmbeddedPostgres postgres, String... statements) throws SQLException {
    try (var connection = postgres.target().connect();
        var statement = connection.createStatement()) {
      for (var sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String ask(EmbeddedPostgres postgres, String query) throws SQLException {
    try (var connection = postgres.target().connect();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      assertThat(rows.next()).isTrue();
      return String.valueOf(rows.getString(1));
    }
  }
}
