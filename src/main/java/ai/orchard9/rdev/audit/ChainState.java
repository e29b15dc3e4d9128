package ai.orchard9.rdev.audit;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How far the record is sealed.
///
/// @param newest seal; empty: nothing is sealed yet
/// @param waiting rows that wait for their seal; no more than [#MOST_COUNTED] are counted
public record ChainState(Optional<Newest> newest, int waiting) {
  /// Further it is not counted.
  public static final int MOST_COUNTED = 10_000;

  /// The newest seal.
  ///
  /// @param position from 1 on, without holes: as many rows are sealed
  /// @param at when the row under it was written; null: the row is gone
  /// @param keyed whether it was made with a key
  public record Newest(
      long position, long auditId, String hash, @Nullable Instant at, boolean keyed) {}
}
