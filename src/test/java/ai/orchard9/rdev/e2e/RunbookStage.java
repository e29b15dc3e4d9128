package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.Playground;
import ai.orchard9.rdev.testing.Psql;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.ServerSettings;
import ai.orchard9.rdev.testing.SseClient;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.FakeCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server on which runbooks are tried, with one of everything that their commands name.
final class RunbookStage implements AutoCloseable {
  private static final Pattern PLACEHOLDER = Pattern.compile("<([a-z-]+)>");

  private static final Pattern FILE = Pattern.compile("> (\\S+\\.(?:jfr|hprof))$");

  /// The first number that a line about a stream has.
  private static final Pattern STREAM = Pattern.compile("(?:stream|id|number)=(\\S+)");

  private final ServerProcess server =
      settings()
          .database(TestPostgres.shared())
          .environment("CONCURRENT_COMMANDS", "40")
          .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1")
          .start();
  private final ApiClient client = server.client();
  private final Path folder = Playground.folder("runbook-files");
  private final Deque<SseClient> streams = new ArrayDeque<>();
  private final Map<String, Supplier<String>> fill =
      Map.of(
          "project-id", () -> ApiClient.DEMO,
          "command-id", this::runningCommand,
          "webhook-id", this::webhook,
          "key-id", () -> key("id"),
          "key-prefix", () -> key("key_prefix"),
          "stream-id", this::stream,
          "audit-id", () -> "5",
          "pid", () -> "0");

  /// What a command line did.
  record Result(int status, String output) {}

  /// Over pods, where there can be some.
  private static ServerSettings settings() {
    return hasCluster()
        ? ServerProcess.named("runbooks", new Backend.Cluster())
        : ServerProcess.named("runbooks").project(ApiClient.DEMO);
  }

  static boolean hasCluster() {
    return FakeCluster.isSupported();
  }

  RunbookStage() {
    client.run("echo so that there is something to count");
    client.get("/projects/nobody");
  }

  /// Runs a command line as an operator's shell would, here. An answer that is an error counts as a
  /// failure.
  Result run(String command) throws IOException, InterruptedException {
    undo();
    var here =
        filled(command)
            .replaceFirst("^(curl|wget -qO-) ", "curl -sS --fail-with-body --max-time 60 ")
            .replaceAll("(http://)?(localhost|rdev-api):8080", server.uri().toString())
            .replaceAll("localhost:8081", server.adminUri().toString())
            .replace("seconds=30", "seconds=1");
    var builder =
        new ProcessBuilder("bash", "-c", "set -o pipefail\n" + here)
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("API_KEY", ServerProcess.KEY);
    builder
        .environment()
        .merge(
            "PATH",
            Path.of(System.getProperty("java.home"), "bin").toString(),
            (path, jdk) -> jdk + ":" + path);
    var process = builder.start();
    var output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(90, TimeUnit.SECONDS)).as(here).isTrue();
    return new Result(process.exitValue(), output);
  }

  /// What commands before may have left behind that others would meet.
  private void undo() {
    assertThat(server.admin().run("limits?reset=true").status()).isEqualTo(200);
    assertThat(server.admin().run("queue?action=resume").status()).isEqualTo(200);
  }

  /// Whether what a command has put into a file is of that kind.
  void check(String command) throws IOException {
    var redirected = FILE.matcher(command);
    if (redirected.find()) {
      var bytes = Files.readAllBytes(folder.resolve(redirected.group(1)));
      assertThat(new String(bytes, 0, Math.min(bytes.length, 12), US_ASCII))
          .as(redirected.group(1))
          .startsWith(redirected.group(1).endsWith(".jfr") ? "FLR" : "JAVA PROFILE");
    }
  }

  /// Runs what `psql -c` would, in the server's database.
  void query(String command) {
    assertThat(Psql.of(TestPostgres.shared(), server.database()).run(filled(command)))
        .as(command)
        .isNotEmpty();
  }

  private String filled(String command) {
    return PLACEHOLDER
        .matcher(command)
        .replaceAll(
            match -> {
              var value = fill.get(match.group(1));
              if (value == null) {
                throw new AssertionError("nothing to fill in for " + match.group());
              }
              return Matcher.quoteReplacement(value.get());
            });
  }

  private String runningCommand() {
    var id = client.shell("echo begun; sleep 300");
    client.awaitRunning(id);
    return id;
  }

  private String webhook() {
    return client
        .post(
            "/webhooks",
            Map.of("url", "http://127.0.0.1:1/hook", "events", List.of("command.failed")))
        .data()
        .path("id")
        .asText();
  }

  private String key(String field) {
    return client
        .post("/keys", Map.of("name", "runbook", "scopes", List.of("projects:read")))
        .data()
        .path(field)
        .asText();
  }

  private String stream() {
    streams.add(client.events(runningCommand()));
    var lines = server.admin().run("streams").lines();
    return lines.stream()
        .map(STREAM::matcher)
        .filter(Matcher::find)
        .map(it -> it.group(1))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no stream in " + lines));
  }

  @Override
  public void close() {
    streams.forEach(SseClient::close);
    server.close();
  }
}
