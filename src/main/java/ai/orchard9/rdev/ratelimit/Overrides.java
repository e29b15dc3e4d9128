package ai.orchard9.rdev.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The overrides as last read. One with an end ends by itself, also while the database is away: by
/// this machine's monotonic clock, from what the database said was left.
final class Overrides {
  private static final long NANOS_IN_MILLI = 1_000_000;

  /// An override, read.
  record Known(LimitName name, long value, LimitDao.Row row, @Nullable Long endNanos) {}

  private final LongSupplier nanos;
  private final Map<LimitName, Known> ofAll;
  private final Map<String, Known> ofKeys;

  private Overrides(LongSupplier nanos, List<Known> known) {
    this.nanos = nanos;
    this.ofAll =
        known.stream()
            .filter(it -> it.row().keyPrefix() == null)
            .collect(Collectors.toUnmodifiableMap(Known::name, it -> it));
    this.ofKeys =
        known.stream()
            .filter(it -> it.row().keyPrefix() != null)
            .collect(
                Collectors.toUnmodifiableMap(it -> String.valueOf(it.row().keyPrefix()), it -> it));
  }

  /// None.
  static Overrides none() {
    return new Overrides(() -> 0, List.of());
  }

  /// What the rows say; those that a newer version wrote, and this one cannot read, are left out.
  static Overrides of(List<LimitDao.Row> rows, LongSupplier nanos) {
    var now = nanos.getAsLong();
    var known = new ArrayList<Known>();
    for (var row : rows) {
      var name = LimitName.find(row.name());
      var value = name.flatMap(it -> it.parse(row.value()));
      if (name.isPresent() && value.isPresent()) {
        var remaining = row.remainingMs();
        var end = remaining == null ? null : now + remaining * NANOS_IN_MILLI;
        known.add(new Known(name.get(), value.get(), row, end));
      }
    }
    return new Overrides(nanos, known);
  }

  /// The one that holds for all.
  Optional<Known> find(LimitName name) {
    return Optional.ofNullable(ofAll.get(name)).filter(this::holds);
  }

  /// The one that holds for a key.
  Optional<Known> find(String keyPrefix) {
    return Optional.ofNullable(ofKeys.get(keyPrefix)).filter(this::holds);
  }

  /// All for single keys that hold, by prefix.
  List<Known> keys() {
    return ofKeys.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(Map.Entry::getValue)
        .filter(this::holds)
        .toList();
  }

  /// All that hold.
  List<Known> all() {
    var all = new ArrayList<>(ofAll.values().stream().filter(this::holds).toList());
    all.addAll(keys());
    return all;
  }

  private boolean holds(Known known) {
    var end = known.endNanos();
    return end == null || nanos.getAsLong() - end < 0;
  }
}
