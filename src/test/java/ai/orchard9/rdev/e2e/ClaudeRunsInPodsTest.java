package ai.orchard9.rdev.e2e;

import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;

/// Runs in pods of a cluster.
final class ClaudeRunsInPodsTest extends ClaudeRuns {
  ClaudeRunsInPodsTest() {
    super(
        ServerProcess.named("claude-pods", new Backend.Cluster()).database(TestPostgres.shared()));
  }
}
