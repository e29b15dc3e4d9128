package ai.orchard9.rdev.background;

/// One round of a background loop. An interrupt means: end soon.
@FunctionalInterface
public interface Tick {
  void run() throws Exception;
}
