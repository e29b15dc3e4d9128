package ai.orchard9.rdev.webhook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// What some verdicts say of the receivers.
///
/// @param fine those that took something
/// @param failing those that took nothing
/// @param gone those that answered 410
/// @param quick those that were not slow
/// @param slow how often the others were
/// @param hung of the slow ones, those that gave no answer
record Health(
    Set<UUID> fine,
    Set<UUID> failing,
    Set<UUID> gone,
    Set<UUID> quick,
    Map<UUID, Integer> slow,
    Set<UUID> hung) {

  /// An attempt that took so long was slow: its place could have served hundreds of others.
  static final Duration SLOW = Duration.ofSeconds(5);

  static Health of(List<Verdict> verdicts) {
    var health =
        new Health(
            new HashSet<>(),
            new HashSet<>(),
            new HashSet<>(),
            new HashSet<>(),
            new LinkedHashMap<>(),
            new HashSet<>());
    verdicts.forEach(health::add);
    health.failing.removeAll(health.fine);
    health.quick.removeAll(health.slow.keySet());
    return health;
  }

  private void add(Verdict verdict) {
    if (verdict.trial().isEmpty()) {
      return;
    }
    var webhook = verdict.claim().webhookId();
    var trial = verdict.trial().get();
    (verdict.isSuccess() ? fine : failing).add(webhook);
    if (trial.isGone()) {
      gone.add(webhook);
    }
    if (trial.duration().compareTo(SLOW) < 0) {
      quick.add(webhook);
    } else {
      slow.merge(webhook, 1, Integer::sum);
      if (!trial.isAnswered()) {
        hung.add(webhook);
      }
    }
  }

  /// All that were tried.
  Set<UUID> tried() {
    var tried = new HashSet<>(fine);
    tried.addAll(failing);
    return tried;
  }

  /// The slow ones, in the order of [#times] and [#hangs].
  List<UUID> slowOnes() {
    return new ArrayList<>(slow.keySet());
  }

  Integer[] times() {
    return slow.values().toArray(Integer[]::new);
  }

  Boolean[] hangs() {
    return slow.keySet().stream().map(hung::contains).toArray(Boolean[]::new);
  }
}
