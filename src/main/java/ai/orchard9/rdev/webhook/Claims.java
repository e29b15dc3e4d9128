package ai.orchard9.rdev.webhook;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Takes deliveries for one server, in a transaction that does nothing else.
final class Claims {
  /// How long a claim holds (contract section 8): more than the longest attempt and its record.
  static final int LEASE_SECONDS = 30;

  private static final int MOST_LANES = 200;

  private final Jdbi jdbi;

  Claims(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// Takes what is due, at most `free` deliveries.
  ///
  /// @param freeForSlow of these, how many may go to receivers that were slow
  List<Claim> take(int free, int freeForSlow) {
    var before = System.nanoTime();
    return jdbi.inTransaction(handle -> take(handle, free, freeForSlow, before));
  }

  private static List<Claim> take(Handle handle, int free, int freeForSlow, long before) {
    var dao = handle.attach(ClaimDao.class);
    var lanes = dao.lanes(MOST_LANES);
    var quotas = Quotas.share(lanes, free, freeForSlow);
    if (quotas.isEmpty()) {
      return List.of();
    }
    var slow = new HashMap<UUID, Boolean>();
    lanes.forEach(it -> slow.put(it.webhookId(), it.slow()));
    return dao
        .claim(
            quotas.keySet().toArray(UUID[]::new),
            quotas.values().toArray(Integer[]::new),
            quotas.keySet().stream()
                .map(it -> Quotas.most(slow.getOrDefault(it, false)))
                .toArray(Integer[]::new),
            LEASE_SECONDS)
        .stream()
        .map(
            it ->
                new Claim(
                    it.id(),
                    it.webhookId(),
                    it.sequence(),
                    it.attempt(),
                    it.token(),
                    it.requested(),
                    slow.getOrDefault(it.webhookId(), false),
                    before))
        .toList();
  }

  /// What the claims are about, by id; one whose event is gone is not among them.
  Map<UUID, ClaimDao.Outgoing> outgoing(List<Claim> claims) {
    var webhooks = claims.stream().map(Claim::webhookId).toArray(UUID[]::new);
    var sequences = claims.stream().map(Claim::sequence).toArray(Long[]::new);
    return jdbi.withExtension(ClaimDao.class, dao -> dao.outgoing(webhooks, sequences)).stream()
        .collect(Collectors.toMap(ClaimDao.Outgoing::id, Function.identity()));
  }
}
