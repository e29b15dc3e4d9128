package ai.orchard9.rdev.database;

import ai.orchard9.rdev.config.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL of our own under `RDEV_HOME/postgres`, as durable as any: what was committed
/// outlives every crash. It is a process by itself and outlives even kill -9 of the server, which
/// finds it again; any number of servers on one home use it together, and the last one to stop
/// cleanly stops it.
///
/// Listens on 127.0.0.1 alone, with a password that only the owner of the home can read.
public final class EmbeddedPostgres implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final String USER = "rdev";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration CHILDREN_LIMIT = Duration.ofSeconds(20);
  private static final int START_ATTEMPTS = 5;
  private static final int MISSED_BEFORE_REVIVAL = 3;
  private static final int PASSWORD_BYTES = 24;

  private final Path home;
  private final Unprivileged unprivileged;
  private final PostgresPrograms programs;
  private final SharedUse use;
  private volatile DatabaseTarget target;
  private int missed;

  private EmbeddedPostgres(
      Path home, Unprivileged unprivileged, PostgresPrograms programs, SharedUse use) {
    this.home = home;
    this.unprivileged = unprivileged;
    this.programs = programs;
    this.use = use;
    this.target = new DatabaseTarget("", USER, new Secret<>(""));
  }

  /// Finds the running one or starts it; returns once it answers.
  ///
  /// @param rdevHome `RDEV_HOME`; made when missing
  /// @throws IllegalStateException it does not start; the message says where its log is
  public static EmbeddedPostgres start(Path rdevHome) {
    try {
      var home =
          Files.createDirectories(rdevHome.toAbsolutePath().resolve("postgres")).toRealPath();
      var use = SharedUse.of(home);
      return use.join(
          () -> {
            var unprivileged = Unprivileged.choose(home);
            var programs =
                new PostgresPrograms(home, PostgresBinaries.unpackInto(home), unprivileged);
            var postgres = new EmbeddedPostgres(home, unprivileged, programs, use);
            postgres.run();
            return postgres;
          });
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL started", interrupted);
    } catch (RuntimeException failed) {
      throw failed;
    } catch (Exception failed) {
      throw new IllegalStateException("the embedded PostgreSQL does not start", failed);
    }
  }

  /// Where the database `rdev` is.
  public DatabaseTarget target() {
    return target;
  }

  /// Starts it again, on the same port, if it is not running any more. To be called now and then.
  ///
  /// @throws IllegalStateException it does not start
  void revive() throws Exception {
    if (Postmaster.of(data()).isPresent()) {
      missed = 0;
      return;
    }
    // Whoever restarts it by hand takes a moment between stop and start.
    missed++;
    if (missed >= MISSED_BEFORE_REVIVAL) {
      use.whileUsing(
          () -> {
            if (Postmaster.of(data()).isEmpty()) {
              LOG.atWarn().log("embedded PostgreSQL is gone; starting it again");
              clearStale();
              target = launch(target.password());
            }
            return target;
          });
      missed = 0;
    }
  }

  /// Stops using it. The last server to do so stops it (fast: what was committed is kept, what was
  /// not is rolled back).
  @Override
  public void close() {
    try {
      use.leave(this::stop);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (Exception failed) {
      LOG.atWarn().setCause(failed).log("embedded PostgreSQL left running");
    }
  }

  private Path data() {
    return home.resolve("data");
  }

  private void run() throws Exception {
    var password = password();
    if (!Files.exists(data())) {
      initialize();
    }
    var running = Postmaster.of(data());
    if (running.isPresent()) {
      target = await(password);
      LOG.atInfo()
          .addKeyValue("pid", running.get().pid())
          .addKeyValue("port", running.get().port())
          .log("embedded PostgreSQL found running");
    } else {
      clearStale();
      target = launch(password);
    }
    ensureDatabase();
  }

  private Secret<String> password() throws IOException {
    var file = home.resolve("password");
    if (!Files.exists(file)) {
      var bytes = new byte[PASSWORD_BYTES];
      new SecureRandom().nextBytes(bytes);
      var unfinished =
          Files.createTempFile(
              home,
              "password-",
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(unfinished, HexFormat.of().formatHex(bytes));
      unprivileged.own(unfinished);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return new Secret<>(Files.readString(file).strip());
  }

  /// Makes the cluster beside its place and moves it there whole: a crash leaves none, not half a
  /// one.
  private void initialize() throws Exception {
    var unfinished = home.resolve("data-unfinished");
    PostgresBinaries.remove(unfinished);
    programs.initialize(unfinished, USER, home.resolve("password"));
    Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
  }

  /// Removes a lock file that names no server of ours: PostgreSQL itself would take any process
  /// with the same pid for one, and never start again.
  private void clearStale() throws IOException, InterruptedException {
    var until = System.nanoTime() + CHILDREN_LIMIT.toNanos();
    while (Postmaster.anyWorksIn(data())) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException(
            "processes of a PostgreSQL that was killed still work in " + data());
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    Files.deleteIfExists(data().resolve("postmaster.pid"));
  }

  private DatabaseTarget launch(Secret<String> password) throws Exception {
    for (var attempt = 1; ; attempt++) {
      var port = choosePort(attempt);
      try {
        programs.start(data(), port);
        LOG.atInfo().addKeyValue("port", port).log("embedded PostgreSQL started");
        return await(password);
      } catch (IllegalStateException failed) {
        // Somebody else may have taken the port since it was chosen.
        if (attempt == START_ATTEMPTS || Postmaster.of(data()).isPresent()) {
          throw failed;
        }
        LOG.atWarn()
            .addKeyValue("attempt", attempt)
            .addKeyValue("port", port)
            .log("embedded PostgreSQL did not start; trying another port");
      }
    }
  }

  /// The port of last time if it is free, so that tools keep working over restarts.
  private int choosePort(int attempt) throws IOException {
    var file = home.resolve("port");
    if (attempt == 1 && Files.exists(file)) {
      try {
        var last = Integer.parseInt(Files.readString(file).strip());
        if (isFree(last)) {
          return last;
        }
      } catch (NumberFormatException unreadable) {
        LOG.atDebug().log("port file unreadable");
      }
    }
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.writeString(file, String.valueOf(socket.getLocalPort()));
      return socket.getLocalPort();
    }
  }

  private static boolean isFree(int port) {
    try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException taken) {
      return false;
    }
  }

  private DatabaseTarget await(Secret<String> password) throws Exception {
    var until = System.nanoTime() + START_LIMIT.toNanos();
    var last = Optional.<SQLException>empty();
    while (System.nanoTime() < until) {
      var postmaster = Postmaster.of(data());
      if (postmaster.isPresent() && postmaster.get().port() > 0) {
        var there =
            DatabaseTarget.of(
                PostgresPrograms.LOOPBACK, postmaster.get().port(), "postgres", USER, password);
        try (var _ = there.connect()) {
          return there.named(USER);
        } catch (SQLException notYet) {
          last = Optional.of(notYet);
        }
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException(
        "PostgreSQL does not answer; see " + home.resolve("log"), last.orElse(null));
  }

  private void ensureDatabase() throws SQLException {
    try (var connection = target.named("postgres").connect();
        var statement = connection.createStatement()) {
      var exists = false;
      try (var rows =
          statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + USER + "'")) {
        exists = rows.next();
      }
      if (!exists) {
        statement.execute("CREATE DATABASE " + USER);
      }
    }
  }

  private boolean stop() throws Exception {
    if (Postmaster.of(data()).isEmpty()) {
      return false;
    }
    programs.stop(data());
    LOG.atInfo().log("embedded PostgreSQL stopped");
    return true;
  }
}
