package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.RequestContext;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Makes, shows, replaces and revokes keys. Nobody gives, keeps or takes away more than they have
/// themselves ([Powers#lacking]); what they have is read in the transaction of what they do, and
/// held there: who has just been revoked makes no more keys.
///
/// A key limited to projects sees keys limited to those, and itself; all others are to it as if
/// there were none (404). Nothing else hides a key: that is what `keys:read` is for.
public final class ApiKeyService {
  /// The name of the list, in its cursors.
  public static final String LIST = "keys";

  private final Jdbi jdbi;
  private final AuditLog audit;
  private final KnownKeys known;
  private final IntSupplier defaultRps;

  ApiKeyService(Jdbi jdbi, AuditLog audit, KnownKeys known, IntSupplier defaultRps) {
    this.jdbi = jdbi;
    this.audit = audit;
    this.known = known;
    this.defaultRps = defaultRps;
  }

  /// A key just made.
  ///
  /// @param plain the key itself, which nobody can learn again
  public record Made(ApiKey key, String plain) {}

  /// Makes a key as it was asked for.
  ///
  /// @throws ApiException.BadRequest naming every field that is missing or outside
  /// @throws ApiException.Forbidden it would have more than who makes it
  public Made create(Actor actor, NewKeyRequest wanted, RequestContext request) {
    return create(actor, NewKeyRules.check(wanted), request);
  }

  /// Makes a key.
  ///
  /// @param request in which it was asked for; null where no request did
  /// @throws ApiException.Forbidden it would have more than who makes it
  Made create(Actor actor, NewKey wanted, @Nullable RequestContext request) {
    return jdbi.inTransaction(
        transaction -> {
          var dao = transaction.attach(ApiKeyDao.class);
          var giver = actor.keyId() == null ? powersOf(actor) : Powers.of(held(dao, actor.keyId()));
          var now = dao.now();
          requireAll(giver, Powers.of(wanted, now));
          var plain = KeyFormat.random();
          var id = UUID.randomUUID();
          dao.insert(
              id,
              KeyFormat.prefix(plain),
              KeyFormat.hash(plain),
              wanted,
              maker(actor),
              wanted.expiresAt(now));
          var made = dao.find(id).orElseThrow();
          record(transaction, actor, "key.created", request, made, Map.of());
          return new Made(made, plain);
        });
  }

  /// Puts a new key in the place of another, with all that it has and as long-lived; the old one
  /// works on for a while.
  ///
  /// @param grace how long; it never lives longer than it would have
  /// @throws ApiException.NotFound malformed, unknown, or not to be seen by who asks
  /// @throws ApiException.Forbidden it has more than who asks
  /// @throws ApiException.Conflict it was revoked or replaced, or has expired
  public Made rotate(Actor actor, String id, Duration grace, @Nullable RequestContext request) {
    return jdbi.inTransaction(
        transaction -> {
          var dao = transaction.attach(ApiKeyDao.class);
          var pair = lock(dao, actor, parse(id));
          requireAll(pair.giver(), Powers.of(pair.key()));
          if (pair.key().status() != ApiKey.Status.ACTIVE || pair.key().replacedBy() != null) {
            throw ApiKeyErrors.notRotatable(pair.key());
          }
          var plain = KeyFormat.random();
          var successor = UUID.randomUUID();
          var old = pair.key().id();
          dao.insertLike(
              old, successor, KeyFormat.prefix(plain), KeyFormat.hash(plain), maker(actor));
          dao.replace(old, successor, grace.toSeconds());
          var ending = dao.find(old).orElseThrow();
          record(
              transaction,
              actor,
              "key.rotated",
              request,
              ending,
              Map.of("replaced_by", successor.toString()));
          known.forget(old);
          return new Made(dao.find(successor).orElseThrow(), plain);
        });
  }

  /// Ends a key for good; nothing happens to one that is revoked already.
  ///
  /// @throws ApiException.NotFound malformed, unknown, or not to be seen by who asks
  /// @throws ApiException.Forbidden it has more than who asks, who is no admin either
  public void revoke(Actor actor, String id, @Nullable RequestContext request) {
    var parsed = parse(id);
    jdbi.useTransaction(
        transaction -> {
          var dao = transaction.attach(ApiKeyDao.class);
          var pair = lock(dao, actor, parsed);
          // Taking away gives nobody anything, and has to work when it burns.
          if (!pair.giver().isAdmin()) {
            requireAll(pair.giver(), Powers.of(pair.key()));
          }
          if (dao.revoke(parsed) == 1) {
            record(transaction, actor, "key.revoked", request, pair.key(), Map.of());
          }
        });
    known.forget(parsed);
  }

  /// Ends the keys with this prefix, for operators.
  ///
  /// @return the ids of those that were still good
  public List<UUID> revokeAll(Actor actor, String prefix) {
    var active = jdbi.withExtension(ApiKeyDao.class, dao -> dao.findActive(prefix));
    active.forEach(id -> revoke(actor, id.toString(), null));
    return active;
  }

  /// The keys with this prefix, good or not, the oldest first, for operators. Hardly ever are there
  /// several, but nothing forbids it.
  public List<ApiKey> findByPrefix(String prefix) {
    return jdbi.withExtension(ApiKeyDao.class, dao -> dao.findByPrefix(prefix));
  }

  /// These keys as far as there are any, for operators.
  public List<ApiKey> findAll(Collection<UUID> ids) {
    return ids.isEmpty() ? List.of() : jdbi.withExtension(ApiKeyDao.class, dao -> dao.findAll(ids));
  }

  /// Keys that the caller may see, newest first.
  ///
  /// @param after where to begin; empty: with the newest
  public List<ApiKey> list(Caller caller, int rows, Optional<Cursor> after) {
    var projects = caller.projects().map(it -> it.toArray(String[]::new)).orElse(null);
    return jdbi.withExtension(
        ApiKeyDao.class,
        dao ->
            dao.list(
                projects,
                caller.keyId(),
                after.map(it -> it.instant(0)).orElse(null),
                after.map(it -> it.uuid(1)).orElse(null),
                rows));
  }

  /// All keys, newest first, for operators.
  List<ApiKey> list(int rows) {
    return jdbi.withExtension(ApiKeyDao.class, dao -> dao.list(null, null, null, null, rows));
  }

  /// Keys that the caller may see and that expire within that time, the first to end first.
  public List<ApiKey> listEnding(Caller caller, Duration within, int rows) {
    var projects = caller.projects().map(it -> it.toArray(String[]::new)).orElse(null);
    return jdbi.withExtension(
        ApiKeyDao.class, dao -> dao.ending(within.toSeconds(), projects, caller.keyId(), rows));
  }

  /// One key.
  ///
  /// @throws ApiException.NotFound malformed, unknown, or not the caller's to see
  public ApiKey get(Caller caller, String id) {
    return find(parse(id))
        .filter(
            key ->
                key.id().equals(caller.keyId())
                    || caller.projects().isEmpty()
                    || (key.projectIds() != null
                        && caller.projects().get().containsAll(key.projectIds())))
        .orElseThrow(ApiKeyErrors::notFound);
  }

  /// The caller's own row; empty for a key without one.
  public Optional<ApiKey> self(Caller caller) {
    var id = caller.keyId();
    return id == null ? Optional.empty() : Optional.of(find(id).orElseThrow(ApiKeyErrors::revoked));
  }

  private Optional<ApiKey> find(UUID id) {
    return jdbi.withExtension(ApiKeyDao.class, dao -> dao.find(id));
  }

  private record Pair(Powers giver, ApiKey key) {}

  /// Both keys, held to the end of the transaction.
  private static Pair lock(ApiKeyDao dao, Actor actor, UUID id) {
    var giverId = actor.keyId();
    var rows =
        dao.lock(Stream.of(giverId, id).filter(Objects::nonNull).distinct().toArray(UUID[]::new));
    var giver = giverId == null ? powersOf(actor) : Powers.of(good(pick(rows, giverId)));
    return pick(rows, id)
        .filter(key -> key.id().equals(giverId) || giver.maySee(key))
        .map(key -> new Pair(giver, key))
        .orElseThrow(ApiKeyErrors::notFound);
  }

  private static Optional<ApiKey> pick(List<ApiKey> rows, UUID id) {
    return rows.stream().filter(row -> row.id().equals(id)).findFirst();
  }

  private static ApiKey held(ApiKeyDao dao, UUID id) {
    return good(dao.hold(id));
  }

  /// Its time may have come since the request was let in.
  private static ApiKey good(Optional<ApiKey> key) {
    return switch (key.map(ApiKey::status).orElse(ApiKey.Status.REVOKED)) {
      case ACTIVE -> key.orElseThrow();
      case REVOKED -> throw ApiKeyErrors.revoked();
      case EXPIRED -> throw ApiKeyErrors.expired();
    };
  }

  private static Powers powersOf(Actor actor) {
    return switch (actor.kind()) {
      case ADMIN_KEY, COMMAND_LINE, OPERATOR -> Powers.ALL;
      case KEY, SYSTEM -> throw new IllegalArgumentException("no key, no powers");
    };
  }

  private void requireAll(Powers giver, Powers wanted) {
    var lacking = giver.lacking(wanted, defaultRps.getAsInt());
    if (!lacking.isEmpty()) {
      throw ApiKeyErrors.lacking(lacking);
    }
  }

  private static String maker(Actor actor) {
    return actor.keyId() == null ? actor.kind().wire() : actor.keyId().toString();
  }

  private static UUID parse(String id) {
    try {
      var parsed = UUID.fromString(id);
      // Java also takes shorter ones.
      if (parsed.toString().equalsIgnoreCase(id)) {
        return parsed;
      }
    } catch (IllegalArgumentException malformed) {
      throw ApiKeyErrors.notFound();
    }
    throw ApiKeyErrors.notFound();
  }

  private void record(
      Handle transaction,
      Actor actor,
      String action,
      @Nullable RequestContext request,
      ApiKey key,
      Map<String, String> more) {
    var detail = new LinkedHashMap<String, @Nullable Object>();
    detail.put("name", key.name());
    detail.put("key_prefix", key.keyPrefix());
    detail.put("scopes", key.scopes());
    detail.put("project_ids", key.projectIds());
    detail.put("command_types", key.commandTypes());
    detail.put("allowed_ips", key.allowedIps());
    detail.put("rate_limit_rps", key.rateLimitRps());
    detail.put("expires_at", key.expiresAt() == null ? null : key.expiresAt().toString());
    detail.putAll(more);
    audit.append(
        transaction, AuditEntry.allowed(actor, action, request, key.id().toString(), detail));
  }
}
