package ai.orchard9.rdev.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Runs PostgreSQL's own programs, each to its end.
///
/// @param home where they work and what they print is kept
/// @param binaries where they are installed
record PostgresPrograms(Path home, Path binaries, Unprivileged unprivileged) {
  static final String LOOPBACK = "127.0.0.1";
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /// Durable first (fsync and its friends are said here so that a test can hold us to them), then
  /// room for bursts of output between checkpoints. JIT costs more than it saves on short
  /// statements.
  private static final Map<String, String> SETTINGS =
      Map.ofEntries(
          Map.entry("listen_addresses", LOOPBACK),
          Map.entry("unix_socket_directories", ""),
          Map.entry("fsync", "on"),
          Map.entry("synchronous_commit", "on"),
          Map.entry("full_page_writes", "on"),
          Map.entry("password_encryption", "scram-sha-256"),
          Map.entry("idle_in_transaction_session_timeout", "5s"),
          Map.entry("max_connections", "200"),
          Map.entry("shared_buffers", "256MB"),
          Map.entry("wal_buffers", "16MB"),
          Map.entry("max_wal_size", "2GB"),
          Map.entry("checkpoint_timeout", "15min"),
          Map.entry("jit", "off"),
          Map.entry("timezone", "UTC"),
          Map.entry("log_timezone", "UTC"),
          Map.entry("logging_collector", "on"),
          Map.entry("log_directory", "../log"),
          Map.entry("log_filename", "postgresql-%a.log"),
          Map.entry("log_truncate_on_rotation", "on"),
          Map.entry("log_rotation_age", "1d"));

  /// Makes a cluster.
  void initialize(Path data, String user, Path passwordFile)
      throws IOException, InterruptedException {
    execute(
        List.of(
            program("initdb"),
            "--pgdata=" + data,
            "--username=" + user,
            "--pwfile=" + passwordFile,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
            "--no-instructions"));
  }

  /// Starts a server that outlives us.
  void start(Path data, int port) throws IOException, InterruptedException {
    execute(
        List.of(
            program("pg_ctl"),
            "start",
            "--pgdata=" + data,
            "--log=" + home.resolve("start.log"),
            "--wait",
            "--timeout=" + LIMIT.toSeconds(),
            "--silent",
            "--options=" + options(port)));
  }

  private static String options(int port) {
    return "-p "
        + port
        + SETTINGS.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(setting -> " -c " + setting.getKey() + "='" + setting.getValue() + "'")
            .collect(Collectors.joining());
  }

  /// Stops it, fast: open transactions are rolled back.
  void stop(Path data) throws IOException, InterruptedException {
    execute(
        List.of(
            program("pg_ctl"),
            "stop",
            "--pgdata=" + data,
            "--mode=fast",
            "--wait",
            "--timeout=" + LIMIT.toSeconds(),
            "--silent"));
  }

  private String program(String name) {
    return binaries.resolve("bin").resolve(name).toString();
  }

  private void execute(List<String> command) throws IOException, InterruptedException {
    var log = Files.createTempFile(home, "output-", ".log");
    try {
      var builder =
          new ProcessBuilder(unprivileged.command(new ArrayList<>(command)))
              .directory(home.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      // Secrets of the server are none of PostgreSQL's business, nor are PG* settings of the shell.
      builder.environment().clear();
      builder
          .environment()
          .put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
      builder.environment().put("LC_ALL", "C");
      builder.environment().put("TZ", "UTC");
      var status = builder.start().waitFor();
      if (status != 0) {
        throw new IllegalStateException(
            Path.of(command.getFirst()).getFileName()
                + " ended with "
                + status
                + ": "
                + Files.readString(log).strip()
                + startLog());
      }
    } finally {
      Files.deleteIfExists(log);
    }
  }

  private String startLog() throws IOException {
    var file = home.resolve("start.log");
    return Files.exists(file) ? " (see " + file + " and " + home.resolve("log") + ")" : "";
  }
}
