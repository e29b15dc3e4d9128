package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/// Somebody holds a lock by hand; requests wait behind it with all the connections that there are.
record LockedTable(Stage stage) {
  private static final Runbook RUNBOOK = Runbook.of("RdevAPIDatabasePoolExhausted");
  private static final Alert ALERT = Alert.named("RdevAPIDatabasePoolExhausted");
  private static final int CLIENTS = 40;

  /// The transaction is open, and its owner at lunch.
  void playForgotten() throws SQLException {
    play(
        "LOCK TABLE commands",
        () -> {
          assertThat(operator().run(RUNBOOK.look("application_name")))
              .anyMatch(it -> it.startsWith("rdev-api api | active | Lock | "))
              .anyMatch(it -> it.contains(" | idle in transaction | "));
          assertThat(
                  operator().run(RUNBOOK.remedy("'idle in transaction' AND xact_start <", "left(")))
              .anyMatch(it -> it.contains("LOCK TABLE commands"));
          assertThat(operator().run(RUNBOOK.remedy("pg_terminate_backend(pid)")))
              .containsExactly("pg_terminate_backend", "t");
        });
  }

  /// The statement that holds it takes its time.
  void playBusy() throws SQLException {
    play(
        "LOCK TABLE commands; SELECT pg_sleep(600)",
        () -> {
          var pid = "pid=" + blocker(operator().run(RUNBOOK.look("pg_blocking_pids")));
          assertThat(operator().run(RUNBOOK.remedy("WHERE pid = <pid>"), pid))
              .anyMatch(it -> it.contains("pg_sleep(600)"));
          assertThat(operator().run(RUNBOOK.remedy("pg_terminate_backend(<pid>)"), pid))
              .containsExactly("pg_terminate_backend", "t");
        });
  }

  /// Who is waited for and waits for nobody: a column is `{4711}`.
  private static String blocker(List<String> blocked) {
    var waiting = blocked.stream().map(it -> it.split(" \\| ", -1)[0]).toList();
    return blocked.stream()
        .skip(1)
        .flatMap(
            it -> List.of(it.split(" \\| ", -1)[1].replaceAll("[{}]", "").split(",", -1)).stream())
        .filter(it -> !waiting.contains(it))
        .findFirst()
        .orElseThrow(() -> new AssertionError(blocked));
  }

  private void play(String sql, Runnable steps) throws SQLException {
    var over = new AtomicBoolean();
    try (var holder = stage.postgres().open(stage.server().database());
        var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      holder.setAutoCommit(false);
      holder.setNetworkTimeout(Runnable::run, 0);
      clients.execute(() -> hold(holder, sql));
      try {
        ask(clients, over);
        Stage.awaiting("the alert sees it").until(this::isExhausted);
        assertThat(operator().run(RUNBOOK.look("grep rdev_database")))
            .contains("rdev_database_connections{pool=\"api\",state=\"active\"} 20.0");

        steps.run();

        Stage.awaiting("it is quiet").until(() -> !isExhausted());
        Stage.awaiting("answers").until(() -> stage.client().get("/commands").status() == 200);
      } finally {
        over.set(true);
        holder.abort(Runnable::run);
      }
    }
    assertThat(operator().run(RUNBOOK.verify("/ready"))).isNotEmpty();
    Stage.awaiting("nobody waits")
        .until(
            () ->
                operator()
                    .run(RUNBOOK.verify("rdev_database_waiting"))
                    .contains("rdev_database_waiting{pool=\"api\"} 0.0"));
    assertThat(stage.client().run("echo well").path("status").asText()).isEqualTo("completed");
  }

  private static void hold(Connection connection, String sql) {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException _) {
      // Ended, as it shall be.
    }
  }

  private void ask(ExecutorService clients, AtomicBoolean over) {
    for (int i = 0; i < CLIENTS; i++) {
      clients.execute(
          () -> {
            while (!over.get()) {
              stage.client().get("/commands?limit=1");
            }
          });
    }
  }

  private boolean isExhausted() {
    var scrape = stage.scrape();
    var limits = ALERT.sumBy("pool", 1, scrape);
    return ALERT.sumBy("pool", 0, scrape).entrySet().stream()
        .anyMatch(it -> it.getValue() >= limits.getOrDefault(it.getKey(), 0.0));
  }

  private Operator operator() {
    return stage.operator();
  }
}
