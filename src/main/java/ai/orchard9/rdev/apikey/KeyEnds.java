package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.database.DatabaseErrors;
import ai.orchard9.rdev.http.Caller;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/// Tells which of many keys have ended since they were let in, by one statement for all.
final class KeyEnds {
  private final Jdbi jdbi;
  private final KnownKeys known;

  KeyEnds(Jdbi jdbi, KnownKeys known) {
    this.jdbi = jdbi;
    this.known = known;
  }

  /// `KEY_REVOKED` or `KEY_EXPIRED` of those that have; a row that is gone was revoked. While the
  /// database cannot be asked, none has.
  Map<Caller, String> of(Collection<Caller> callers) {
    var ids =
        callers.stream().map(Caller::keyId).filter(Objects::nonNull).collect(Collectors.toSet());
    if (ids.isEmpty()) {
      return Map.of();
    }
    try {
      var rows = jdbi.withExtension(ApiKeyDao.class, dao -> dao.findAll(ids));
      var ended =
          ends(callers, rows.stream().collect(Collectors.toMap(ApiKey::id, ApiKey::status)));
      // Or whose stream has ended could open another at once.
      known.forget(ended.keySet().stream().map(Caller::keyId).collect(Collectors.toSet()));
      return ended;
    } catch (RuntimeException failed) {
      if (DatabaseErrors.isAway(failed)) {
        return Map.of();
      }
      throw failed;
    }
  }

  private static Map<Caller, String> ends(
      Collection<Caller> callers, Map<UUID, ApiKey.Status> states) {
    var ends = new HashMap<Caller, String>();
    for (var caller : callers) {
      if (caller.keyId() != null) {
        switch (states.getOrDefault(caller.keyId(), ApiKey.Status.REVOKED)) {
          case REVOKED -> ends.put(caller, "KEY_REVOKED");
          case EXPIRED -> ends.put(caller, "KEY_EXPIRED");
          case ACTIVE -> {}
        }
      }
    }
    return ends;
  }
}
