package ai.orchard9.rdev.e2e;

import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;

/// Runs in folders of this machine.
final class ClaudeRunsTest extends ClaudeRuns {
  ClaudeRunsTest() {
    super(ServerProcess.named("claude").database(TestPostgres.shared()));
  }
}
