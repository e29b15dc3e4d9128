package ai.orchard9.rdev.command.queue;

import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/// Under which limit the servers of a storm claim. No two claims under different limits of all
/// overlap.
final class StormLimit {
  static final int HIGHEST = 5;
  private static final int MANY = 1000;

  private final Limits limits;

  /// Shared by claims, and held alone while the limit of all changes.
  private final Semaphore claiming = new Semaphore(MANY, true);

  private volatile int limit = 3;

  /// Under which limit a command is claimed.
  enum Limits {
    /// One that holds for all, and changes.
    OF_ALL,
    /// Each claim another, as if servers did not agree.
    OF_EACH
  }

  StormLimit(Limits limits) {
    this.limits = limits;
  }

  /// Before a claim; the limit stays what it is until [#leave].
  void enter() {
    claiming.acquireUninterruptibly();
  }

  void leave() {
    claiming.release();
  }

  int next(RandomGenerator random) {
    return limits == Limits.OF_ALL ? limit : 1 + random.nextInt(HIGHEST);
  }

  void change(RandomGenerator random) throws InterruptedException {
    Thread.sleep(random.nextInt(20));
    claiming.acquire(MANY);
    limit = 1 + random.nextInt(HIGHEST);
    claiming.release(MANY);
  }
}
