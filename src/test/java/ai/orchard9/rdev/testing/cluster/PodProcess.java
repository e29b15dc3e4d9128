package ai.orchard9.rdev.testing.cluster;

/// A process in a pod: its id there, its state as in `/proc/PID/stat` (`Z` is a zombie), and its
/// arguments, or its name in brackets when it has none any more.
public record PodProcess(long pid, char state, String args) {
  /// Whether it is dead and nobody has waited for it.
  public boolean isZombie() {
    return state == 'Z';
  }
}
