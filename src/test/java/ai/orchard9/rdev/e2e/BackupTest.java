package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.CommandLine;
import ai.orchard9.rdev.testing.Playground;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.SseClient;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Backup and restore by the commands that the manual has, with the programs of an installed
/// PostgreSQL and its server, for `pg_dump` takes none that is newer than itself.
final class BackupTest {
  private static final Path MANUAL = Path.of("docs/operations/backup-and-restore.md");
  private static final Path VERSIONS = Path.of("/usr/lib/postgresql");
  private static final List<String> PROGRAMS =
      List.of("postgres", "initdb", "psql", "pg_dump", "pg_restore");
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Path folder = Playground.folder("backups");
  private String path = "";

  @Test
  void whatWasBackedUpIsThereAgainAndWhatTheManualSaysIsDifferentIs() throws Exception {
    var installed = installed();
    assumeTrue(
        installed.isPresent(),
        "no PostgreSQL with pg_dump is installed in " + VERSIONS + ": backups are not tried");
    path = installed.get().resolve("bin") + ":" + System.getenv("PATH");
    try (var postgres = TestPostgres.create("backup", installed.get())) {
      var whole = postgres.createDatabase("whole");
      var lean = postgres.createDatabase("lean");
      try (var server = settings("original", whole).start();
          var other = settings("without-output", lean).build()) {
        var before = Before.at(server);
        sh(manual("pg_dump", "--file=rdev.dump"), whole);
        Files.move(folder.resolve("rdev.dump"), folder.resolve("whole.dump"));
        sh(manual("pg_dump", "--exclude-table-data"), whole);
        Files.move(folder.resolve("rdev.dump"), folder.resolve("lean.dump"));
        var since = server.client().shell("echo since");
        server.client().delete("/keys/" + before.keyId());

        server.stop();
        restore("whole", whole);
        restore("lean", lean);
        server.launch();
        other.launch();
        server.awaitReady();
        other.awaitReady();

        before.assertKept(server);
        before.assertKept(other);
        before.assertHasOutput(server);
        before.assertHasGap(other);
        assertThat(server.client().get("/commands/" + since).status()).isEqualTo(404);
        before.assertStarts(server);
        var verified = CommandLine.run(lean, "audit", "verify");
        assertThat(verified.output()).as(verified.errors()).contains("valid=true");
        assertThat(verified.status()).isZero();
      }
    }
  }

  private static ServerSettings settings(String name, Map<String, String> database) {
    return ServerProcess.named(name).environment(database);
  }

  private void restore(String dump, Map<String, String> database) throws Exception {
    Files.copy(folder.resolve(dump + ".dump"), folder.resolve("rdev.dump"));
    sh(manual("psql", "CREATE SCHEMA"), database);
    sh(manual("pg_restore", "rdev.dump"), database);
    Files.delete(folder.resolve("rdev.dump"));
    assertThat(sh(manual("psql", "FROM pending_commands"), database)).contains("| demo ");
    sh(manual("psql", "INTO queue_pauses"), database);
  }

  /// The newest that has all it takes.
  private static Optional<Path> installed() throws IOException {
    if (!Files.isDirectory(VERSIONS)) {
      return Optional.empty();
    }
    try (var versions = Files.list(VERSIONS)) {
      return versions
          .filter(it -> PROGRAMS.stream().allMatch(p -> Files.isExecutable(it.resolve("bin", p))))
          .max(Comparator.comparing(it -> it.getFileName().toString()));
    }
  }

  /// The only command of the manual that begins with a program and has these words in it.
  private static String manual(String program, String words) throws IOException {
    var found =
        Files.readAllLines(MANUAL).stream()
            .map(String::strip)
            .filter(it -> it.startsWith(program + " ") && it.contains(words))
            .filter(it -> words.startsWith("--exclude") || !it.contains("--exclude"))
            .toList();
    assertThat(found).as(program + " … " + words).hasSize(1);
    return found.getFirst();
  }

  private String sh(String command, Map<String, String> database) throws Exception {
    var builder =
        new ProcessBuilder("sh", "-c", command)
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("PATH", path);
    builder
        .environment()
        .put(
            "DATABASE_URL",
            "postgres://%s:%s@%s:%s/%s"
                .formatted(
                    Stream.of("DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT", "DB_NAME")
                        .map(database::get)
                        .toArray()));
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s%n%s", command, output).isZero();
    return output;
  }

  /// What there was at the time of the backup.
  ///
  /// @param ended a command that has, after it printed `kept`
  /// @param waiting one that a pause of the queue held
  /// @param key in plain
  private record Before(String ended, String waiting, String keyId, String key) {
    static Before at(ServerProcess server) {
      var client = server.client();
      var ended = client.run("echo kept").path("id").asText();
      server.admin().run("queue?action=pause&project=demo");
      var waiting = client.shell("echo at last");
      var key =
          client.post("/keys", Map.of("name", "ci", "scopes", List.of("projects:read"))).data();
      return new Before(ended, waiting, key.path("id").asText(), key.path("key").asText());
    }

    void assertKept(ServerProcess server) {
      var client = server.client();
      assertThat(client.command(ended).path("status").asText()).isEqualTo("completed");
      assertThat(client.command(waiting).path("pending_reason").asText()).isEqualTo("paused");
      assertThat(new ApiClient(server.uri(), key).get("/projects").status())
          .as("a key that was revoked since")
          .isEqualTo(200);
      assertThat(client.get("/audit/verify").data().path("valid").asBoolean()).isTrue();
    }

    void assertHasOutput(ServerProcess server) {
      assertThat(server.client().output(ended)).asString(UTF_8).isEqualTo("kept\n");
      try (var events = server.client().events(ended, 1000)) {
        assertThat(events.status()).as("beyond what there is").isEqualTo(400);
      }
    }

    void assertHasGap(ServerProcess server) {
      try (var events = SseClient.get(server.uri(), key, "/commands/" + ended + "/events")) {
        assertThat(events.next().orElseThrow().name()).isEqualTo("connected");
        assertThat(events.next().orElseThrow().name()).isEqualTo("gap");
        assertThat(events.next().orElseThrow().name()).isEqualTo("complete");
      }
    }

    void assertStarts(ServerProcess server) {
      assertThat(server.admin().run("queue?action=resume&project=demo").lines())
          .as("the whole queue is held by the manual")
          .anyMatch(it -> it.startsWith("pause=all") && it.endsWith("by=restore"));
      assertThat(server.admin().run("queue?action=resume").lines()).contains("resumed=all");
      var end = server.client().awaitEnd(waiting, SOON);
      assertThat(end.path("status").asText()).isEqualTo("completed");
    }
  }
}
