package ai.orchard9.rdev.testing.cluster;

import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Ends of pipes that nobody reads any more. Closed, they would give their writers a signal.
final class Abandoned {
  private static final List<InputStream> KEPT = new CopyOnWriteArrayList<>();

  private Abandoned() {}

  static void keep(InputStream end) {
    KEPT.add(end);
  }
}
