package ai.orchard9.rdev.bench;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import org.junit.jupiter.api.Test;

/// From the launch of the process to its first `ready`, on its own PostgreSQL.
final class StartBenchmark {
  private static final int STARTS = 5;

  @Test
  void measuresStarts() throws Exception {
    try (var server = ServerProcess.named("start").start()) {
      fill(server.client());
      var afterStop = new Samples(STARTS);
      var afterKill = new Samples(STARTS);
      for (int i = 0; i < STARTS; i++) {
        server.stop();
        afterStop.time(server::restart);
        server.kill9();
        afterKill.time(server::restart);
      }

      new Report("d. Start", "launch to ready with data present, ms", "median", "slowest of 5")
          .row("after a clean stop: PostgreSQL starts too", cells(afterStop))
          .row("after kill -9: PostgreSQL still runs", cells(afterKill))
          .note("Asked every 50 ms. Target: ≤ 6 s.")
          .write();
    }
  }

  private static String[] cells(Samples samples) {
    return new String[] {Samples.text(samples.median()), Samples.text(samples.percentile(1))};
  }

  private static void fill(ApiClient client) {
    for (int i = 0; i < 20; i++) {
      client.run("seq 1 10000");
    }
  }
}
