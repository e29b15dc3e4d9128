package ai.orchard9.rdev.command.queue;

import org.jspecify.annotations.Nullable;

/// Where a waiting command stands.
///
/// @param position in the line of its project, 1 = next
/// @param paused whether nothing starts there for now
/// @param etaSeconds until it starts, if the commands before it take as long as those of late; null
///   when none ran, or it is paused
public record Standing(int position, boolean paused, @Nullable Long etaSeconds) {

  /// @param concurrent how many commands of the project run at once
  static Standing of(OverviewDao.StandingRow row, int concurrent) {
    var mean = row.meanSeconds();
    return new Standing(
        row.position(),
        row.paused(),
        mean == null || row.paused()
            ? null
            : (Long) (long) Math.ceil(mean * row.position() / concurrent));
  }
}
