package ai.orchard9.rdev.background;

import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Named points at which a test has the server die as by `kill -9`, or hold still long enough to be
/// stopped right there: `RDEV_FAILPOINT=<name>[:<nth>[:hold]]`. Without that variable each costs a
/// comparison with null.
public final class Failpoint {
  private static final Logger LOG = LoggerFactory.getLogger(Failpoint.class);
  private static final Duration HOLD = Duration.ofSeconds(4);
  private static final Optional<Failpoint> ARMED =
      Optional.ofNullable(System.getenv("RDEV_FAILPOINT")).map(Failpoint::parse);

  private final String name;
  private final boolean holds;
  private int left;

  private Failpoint(String name, int left, boolean holds) {
    this.name = name;
    this.left = left;
    this.holds = holds;
  }

  private static Failpoint parse(String text) {
    var parts = text.split(":", 3);
    return new Failpoint(
        parts[0],
        parts.length == 1 ? 1 : Integer.parseInt(parts[1]),
        parts.length == 3 && parts[2].equals("hold"));
  }

  /// Dies or holds here if a test asked for it.
  public static void pass(String name) {
    ARMED.ifPresent(it -> it.reach(name));
  }

  private void reach(String reached) {
    if (!isDue(reached)) {
      return;
    }
    if (!holds) {
      Runtime.getRuntime().halt(137);
    }
    LOG.atWarn().addKeyValue("name", name).log("failpoint reached");
    try {
      Thread.sleep(HOLD);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized boolean isDue(String reached) {
    return reached.equals(name) && --left == 0;
  }
}
