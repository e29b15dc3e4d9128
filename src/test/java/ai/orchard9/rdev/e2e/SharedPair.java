package ai.orchard9.rdev.e2e;

import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Two servers on one database, in whose projects one command runs at a time, for all tests that
/// put them back afterwards; they end with the tests' JVM.
final class SharedPair {
  /// A project besides, in which nothing runs.
  static final String ELSEWHERE = "elsewhere";

  private static final int PROJECTS = 100;
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private static @Nullable ServerProcess one;
  private static @Nullable ServerProcess other;

  private SharedPair() {}

  static synchronized ServerProcess one() {
    if (one == null) {
      start();
    }
    return Objects.requireNonNull(one);
  }

  static synchronized ServerProcess other() {
    if (other == null) {
      start();
    }
    return Objects.requireNonNull(other);
  }

  /// A project in which nothing has ever been submitted.
  static String newProject() {
    var number = NUMBERS.getAndIncrement();
    if (number == PROJECTS) {
      throw new IllegalStateException("make more projects");
    }
    return name(number);
  }

  /// Ends what a test left behind, and puts back what it changed.
  static void reset() {
    end("pending");
    end("running");
    for (var line : one().admin().run("queue").lines()) {
      if (line.startsWith("pause=")) {
        var project = line.substring("pause=".length(), line.indexOf(' '));
        one()
            .admin()
            .run("queue?action=resume" + (project.equals("all") ? "" : "&project=" + project));
      }
    }
    one().admin().run("limits?reset=true");
    await("the limits are back on both")
        .atMost(Duration.ofSeconds(10))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> isReset(one()) && isReset(other()));
  }

  private static boolean isReset(ServerProcess server) {
    return server.admin().run("limits").lines().stream()
        .noneMatch(it -> it.contains("from=override"));
  }

  private static void end(String status) {
    var client = one().client();
    await("nothing is " + status)
        .atMost(Duration.ofSeconds(30))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> client.get("/commands?limit=200&status=" + status).data(),
            left -> {
              left.forEach(
                  it ->
                      client.post(
                          "/commands/" + it.path("id").asText() + "/cancel",
                          Map.of("grace_seconds", 0)));
              return left.isEmpty();
            });
  }

  /// A key, with what it is in plain.
  record Key(String id, String prefix, String plain, String name) {}

  /// Makes one that may execute.
  static Key key(String name) {
    var made =
        one()
            .client()
            .post("/keys", Map.of("name", name, "scopes", List.of("projects:execute")))
            .data();
    return new Key(
        made.path("id").asText(),
        made.path("key_prefix").asText(),
        made.path("key").asText(),
        name);
  }

  /// The one number that a query to their database answers.
  static long number(String sql) {
    return TestPostgres.shared().number(one().database(), sql);
  }

  /// Changes something in their database.
  static void execute(String sql) {
    TestPostgres.shared().execute(one().database(), sql);
  }

  private static void start() {
    var settings =
        ServerProcess.named("pair")
            .database(TestPostgres.shared())
            .environment("CONCURRENT_COMMANDS", "1")
            .project(ApiClient.DEMO)
            .project(ELSEWHERE);
    for (int i = 0; i < PROJECTS; i++) {
      settings.project(name(i));
    }
    var servers = List.of(settings.build(), settings.twin().build());
    servers.forEach(ServerProcess::launch);
    servers.forEach(ServerProcess::awaitReady);
    one = servers.getFirst();
    other = servers.getLast();
  }

  private static String name(int number) {
    return "p%02d".formatted(number);
  }
}
