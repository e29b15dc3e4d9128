package ai.orchard9.rdev.e2e.gameday;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.cluster.FakeCluster;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Faults that are provoked, and led out of by the runbooks' own commands.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class GameDayTest {
  private @Nullable Stage stage;

  @BeforeAll
  void start() {
    assumeTrue(FakeCluster.isSupported(), "no namespaces can be made here");
    stage = new Stage();
  }

  @AfterAll
  void stop() {
    if (stage != null) {
      stage.close();
    }
  }

  @AfterEach
  void reset() {
    stage().reset();
  }

  private Stage stage() {
    return Objects.requireNonNull(stage);
  }

  @Test
  void aPodIsGone() {
    new PodGone(stage()).play();
  }

  @Test
  void theQueueIsStuck() {
    new QueueStuck(stage()).play();
  }

  @Test
  void aCommandFloods() {
    new RunawayOutput(stage()).play();
  }

  @Test
  void aClientLeaksStreams() {
    new StreamLeak(stage()).play();
  }

  @Test
  void theClusterIsAway() {
    new ClusterAway(stage()).play();
  }

  @Test
  void theDatabaseIsAway() {
    new DatabaseAway(stage()).play();
  }

  @Test
  void aForgottenTransactionHoldsALock() throws SQLException {
    new LockedTable(stage()).playForgotten();
  }

  @Test
  void aLongStatementHoldsALock() throws SQLException {
    new LockedTable(stage()).playBusy();
  }

  @Test
  void noReplicaIsThere() {
    new NoReplica(stage()).play();
  }
}
