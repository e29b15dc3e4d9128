package ai.orchard9.rdev.ratelimit;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What may be changed, to what, for whom and for how long.
final class LimitRules {
  private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{8}|admin");
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(366);

  private LimitRules() {}

  /// The values, read.
  ///
  /// @throws ApiException.BadRequest naming every field at fault
  static Map<LimitName, Long> check(
      Map<String, String> values, Optional<String> keyPrefix, Optional<Duration> time) {
    var faults = new FieldErrors();
    var read = new EnumMap<LimitName, Long>(LimitName.class);
    values.forEach(
        (wire, text) -> {
          var name = changeable(wire, keyPrefix, faults);
          var value = name.flatMap(it -> it.parse(text));
          value.ifPresent(it -> read.put(name.get(), it));
          if (name.isPresent() && value.isEmpty()) {
            faults.refuse(wire, "must be " + name.get().allowed());
          }
        });
    checkKey(keyPrefix, faults);
    if (time.isPresent()
        && (time.get().compareTo(SHORTEST) < 0 || time.get().compareTo(LONGEST) > 0)) {
      faults.refuse("for", "must be from 1s to 366d");
    }
    faults.throwIfAny();
    if (read.isEmpty()) {
      throw new ApiException.BadRequest("no limit is named; there are " + LimitName.live());
    }
    return read;
  }

  /// The limits of these names.
  ///
  /// @throws ApiException.BadRequest naming every field at fault
  static List<LimitName> check(Iterable<String> names, Optional<String> keyPrefix) {
    var faults = new FieldErrors();
    var found = new ArrayList<LimitName>();
    names.forEach(it -> changeable(it, keyPrefix, faults).ifPresent(found::add));
    checkKey(keyPrefix, faults);
    faults.throwIfAny();
    return found;
  }

  private static Optional<LimitName> changeable(
      String wire, Optional<String> keyPrefix, FieldErrors faults) {
    var name = LimitName.find(wire);
    if (name.isEmpty()) {
      faults.refuse(wire, "is not a limit; there are " + LimitName.live());
    } else if (!name.get().isLive()) {
      faults.refuse(wire, "is fixed while the service runs: set " + name.get().name());
      return Optional.empty();
    } else if (keyPrefix.isPresent() && name.get() != LimitName.RATE_LIMIT_RPS) {
      faults.refuse(wire, "is not a limit of single keys");
      return Optional.empty();
    }
    return name;
  }

  private static void checkKey(Optional<String> keyPrefix, FieldErrors faults) {
    if (keyPrefix.isPresent() && !PREFIX.matcher(keyPrefix.get()).matches()) {
      faults.refuse(
          "key", "must be the prefix of a key, 8 hex digits, or admin for RDEV_ADMIN_KEY");
    }
  }
}
