package ai.orchard9.rdev.testing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/// A PostgreSQL of the tests' own, as a real process that can be stopped, hung and crashed. Durable
/// settings, as in production.
public final class TestPostgres implements AutoCloseable {
  private static final String USER = "postgres";
  private static @Nullable Path binaries;
  private static @Nullable TestPostgres shared;

  private final Path folder;
  private final Path installation;
  private final int port = Playground.freePort();
  private @Nullable Process process;

  private TestPostgres(Path folder, Path installation) {
    this.folder = folder;
    this.installation = installation;
  }

  /// A new cluster, started.
  public static TestPostgres create(String name) {
    return create(name, binaries());
  }

  /// A new cluster of another version, started.
  ///
  /// @param installation has the programs in its folder `bin`
  public static TestPostgres create(String name, Path installation) {
    var postgres = new TestPostgres(Playground.folder(name), installation);
    postgres.initialize();
    postgres.start();
    return postgres;
  }

  /// One for all tests that leave it in peace.
  public static synchronized TestPostgres shared() {
    var known = shared;
    if (known == null) {
      known = create("postgres");
      shared = known;
    }
    return known;
  }

  private void initialize() {
    var initdb = new ArrayList<>(asServiceUser());
    initdb.addAll(
        List.of(
            installation.resolve("bin/initdb").toString(),
            "--no-sync",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--username=" + USER,
            "--pgdata=" + data()));
    try {
      var run =
          new ProcessBuilder(initdb)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("initdb.log").toFile())
              .start();
      if (!run.waitFor(60, SECONDS) || run.exitValue() != 0) {
        throw new IllegalStateException(Files.readString(folder.resolve("initdb.log")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  /// PostgreSQL refuses to be root; in a user namespace it is nobody and still owns its files.
  private static List<String> asServiceUser() {
    return "root".equals(System.getProperty("user.name")) ? List.of("unshare", "-U") : List.of();
  }

  /// Starts it, again too, and waits until it answers; does nothing while it runs.
  public void start() {
    if (process != null && process.isAlive()) {
      return;
    }
    var command = new ArrayList<>(asServiceUser());
    command.addAll(
        List.of(installation.resolve("bin/postgres").toString(), "-D", data().toString()));
    for (var setting :
        List.of(
            "port=" + port,
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
            "shared_buffers=128MB",
            "fsync=on",
            "synchronous_commit=on",
            "log_min_messages=warning",
            "log_timezone=UTC")) {
      command.add("-c");
      command.add(setting);
    }
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("postgres.log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await("PostgreSQL answers").atMost(Duration.ofSeconds(60)).until(this::answers);
  }

  private boolean answers() {
    try (var connection = connect(USER)) {
      return connection.isValid(2);
    } catch (SQLException e) {
      return false;
    }
  }

  /// Stops it: `INT` is a fast shutdown, `QUIT` an immediate one (as a crash), `KILL` a crash.
  public void stop(String signal) {
    var running = Objects.requireNonNull(process);
    var family = family();
    Processes.signal(signal, running.pid());
    await("PostgreSQL has stopped").atMost(Duration.ofSeconds(60)).until(() -> !running.isAlive());
    await("its backends have gone")
        .atMost(Duration.ofSeconds(60))
        .until(() -> family.stream().noneMatch(Processes::isAlive));
  }

  /// Hangs it, all processes of it.
  public void pause() {
    var stopped = new HashSet<Long>();
    Processes.signal("STOP", Objects.requireNonNull(process).pid());
    for (var pid : family()) {
      if (stopped.add(pid)) {
        Processes.signal("STOP", pid);
      }
    }
  }

  /// Lets it go on.
  public void resume() {
    for (var pid : family()) {
      Processes.signal("CONT", pid);
    }
    Processes.signal("CONT", Objects.requireNonNull(process).pid());
  }

  private Set<Long> family() {
    var pids = new HashSet<Long>();
    Objects.requireNonNull(process).descendants().forEach(it -> pids.add(it.pid()));
    return pids;
  }

  /// Ends every connection that others have.
  ///
  /// @return how many
  public int terminateBackends() {
    try (var connection = connect(USER);
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                """
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
                """)) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A new empty database.
  ///
  /// @return what a server needs in its environment to use it
  public Map<String, String> createDatabase(String name) {
    execute(USER, "CREATE DATABASE " + name);
    return Map.of(
        "DB_HOST",
        "127.0.0.1",
        "DB_PORT",
        Integer.toString(port),
        "DB_NAME",
        name,
        "DB_USER",
        USER,
        "DB_PASSWORD",
        "unused");
  }

  /// Runs one statement.
  public void execute(String database, String sql) {
    try (var connection = connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The one number that a query answers.
  public long number(String database, String sql) {
    try (var connection = connect(database);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A connection, which the caller closes.
  public Connection open(String database) throws SQLException {
    return connect(database);
  }

  private Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:"
            + port
            + "/"
            + database
            + "?connectTimeout=5&socketTimeout=20",
        USER,
        "unused");
  }

  @Override
  public void close() {
    if (process != null) {
      resume();
      stop("QUIT");
    }
    Playground.killAll(folder);
  }

  private static synchronized Path binaries() {
    var known = binaries;
    if (known == null) {
      known = extract(Playground.project().resolve("target/postgres"));
      binaries = known;
    }
    return known;
  }

  private static Path extract(Path target) {
    var arm = "aarch64".equals(System.getProperty("os.arch"));
    var archive = "/postgres-linux-" + (arm ? "arm_64" : "x86_64") + ".txz";
    if (Files.exists(target)) {
      return target;
    }
    try {
      var fresh = Files.createDirectories(Playground.folder("binaries").resolve("postgres"));
      try (var resource =
              Objects.requireNonNull(TestPostgres.class.getResourceAsStream(archive), archive);
          var tar =
              new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(resource)))) {
        for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
          unpack(tar, entry, fresh);
        }
      }
      Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path root)
      throws IOException {
    var file = root.resolve(entry.getName()).normalize();
    if (entry.isDirectory()) {
      Files.createDirectories(file);
      return;
    }
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, file, StandardCopyOption.REPLACE_EXISTING);
    if ((entry.getMode() & 0100) != 0) {
      var permissions = new HashSet<>(Files.getPosixFilePermissions(file));
      permissions.add(PosixFilePermission.OWNER_EXECUTE);
      permissions.add(PosixFilePermission.GROUP_EXECUTE);
      permissions.add(PosixFilePermission.OTHERS_EXECUTE);
      Files.setPosixFilePermissions(file, permissions);
    }
  }
}
