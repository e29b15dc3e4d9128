package ai.orchard9.rdev.testing;

/// How often heavy tests repeat: `rdev.repetitions` is `reduced` (default) or `full` (`mvn
/// -Pfull`).
public final class Repetitions {
  private Repetitions() {}

  /// Whether everything runs at its full size.
  public static boolean full() {
    return "full".equals(System.getProperty("rdev.repetitions", "reduced"));
  }

  /// Picks one of two sizes.
  public static int of(int reduced, int full) {
    return full() ? full : reduced;
  }
}
