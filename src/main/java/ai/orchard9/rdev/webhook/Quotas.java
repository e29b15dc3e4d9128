package ai.orchard9.rdev.webhook;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// How the places of a server are shared out. Each webhook gets one before any gets a second. A
/// webhook whose receiver was slow gets one only, and all slow ones together no more than half of
/// the server's: so those that hang, however many they are, leave places to the others.
final class Quotas {
  /// Deliveries of one webhook at once (contract section 8).
  static final int MOST = 3;

  private static final int MOST_SLOW = 1;

  private Quotas() {}

  /// How many deliveries of a webhook may be under way at once.
  static int most(boolean slow) {
    return slow ? MOST_SLOW : MOST;
  }

  /// How many deliveries to take of each.
  ///
  /// @param lanes quick ones first
  /// @param free places of this server
  /// @param freeForSlow of these, those that slow ones may have
  static Map<UUID, Integer> share(List<ClaimDao.Lane> lanes, int free, int freeForSlow) {
    var quotas = new LinkedHashMap<UUID, Integer>();
    var left = free;
    var slowLeft = freeForSlow;
    // One place is theirs: many quick ones must not keep them waiting for ever.
    var reserved = slowLeft > 0 && left > 1 && lanes.stream().anyMatch(ClaimDao.Lane::slow) ? 1 : 0;
    for (var lane : lanes) {
      if (!lane.slow() && left > reserved) {
        quotas.put(lane.webhookId(), 1);
        left--;
      }
    }
    for (var lane : lanes) {
      if (lane.slow() && left > 0 && slowLeft > 0) {
        quotas.put(lane.webhookId(), 1);
        left--;
        slowLeft--;
      }
    }
    for (int place = 2; place <= MOST; place++) {
      for (var lane : lanes) {
        if (!lane.slow() && left > 0 && quotas.containsKey(lane.webhookId())) {
          quotas.merge(lane.webhookId(), 1, Integer::sum);
          left--;
        }
      }
    }
    return quotas;
  }
}
