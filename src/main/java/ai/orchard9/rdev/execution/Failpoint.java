package ai.orchard9.rdev.execution;

import java.util.Optional;

/// Named points at which a test has the server die as by `kill -9`:
/// `RDEV_FAILPOINT=<name>[:<nth>]`. Without that variable each costs a comparison with null.
final class Failpoint {
  private static final Optional<Failpoint> ARMED =
      Optional.ofNullable(System.getenv("RDEV_FAILPOINT")).map(Failpoint::parse);

  private final String name;
  private int left;

  private Failpoint(String name, int left) {
    this.name = name;
    this.left = left;
  }

  private static Failpoint parse(String text) {
    var parts = text.split(":", 2);
    return new Failpoint(parts[0], parts.length == 1 ? 1 : Integer.parseInt(parts[1]));
  }

  /// Dies here if a test asked for it.
  static void pass(String name) {
    ARMED.ifPresent(it -> it.reach(name));
  }

  private synchronized void reach(String reached) {
    if (reached.equals(name) && --left == 0) {
      Runtime.getRuntime().halt(137);
    }
  }
}
