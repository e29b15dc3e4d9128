package ai.orchard9.rdev.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/// Where replicas tell one another what they have accepted.
interface Exchange {

  /// What one replica has accepted of one key in the last window, oldest first.
  ///
  /// @param newest when the last one was accepted, in microseconds of the shared clock
  /// @param ages of the entries, in milliseconds before `newest`
  /// @param counts of the entries
  record Counts(long newest, List<Integer> ages, List<Integer> counts) {
    public Counts {
      ages = List.copyOf(ages);
      counts = List.copyOf(counts);
    }
  }

  /// What this replica tells of a key: all of it each time, so that a lost or repeated telling does
  /// no harm.
  ///
  /// @param rate requests a second accepted since the last round
  record Share(UUID key, Counts counts, double rate) {}

  /// What another replica has told.
  ///
  /// @param at when it did, in microseconds of the shared clock
  record Report(UUID server, UUID key, Counts counts, double rate, long at) {}

  /// What is heard in a round.
  ///
  /// @param now the shared clock, in microseconds
  record Heard(long now, List<Report> reports) {}

  /// Tells and hears, in one round trip.
  ///
  /// @param since how far back to look for what others have told
  Heard exchange(List<Share> mine, Duration since);

  /// Removes what has not been told again for so long.
  void sweep(Duration age);
}
