package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.webhook.send.Secrets;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Makes, shows, changes and deletes subscriptions. A key limited to projects sees webhooks that
/// are limited to those; all others are to it as if there were none (404).
public final class WebhookService {
  /// The name of the list, in its cursors.
  public static final String LIST = "webhooks";

  /// How long a replaced secret signs on (contract section 8).
  public static final Duration GRACE = Duration.ofHours(24);

  /// Each one multiplies what is written for every command.
  private static final int MOST_WEBHOOKS = 500;

  /// A signature for each is in every request.
  private static final int MOST_SECRETS = 10;

  private final Jdbi jdbi;
  private final AuditLog audit;
  private final Secrets secrets;
  private final InstantSource clock;

  WebhookService(Jdbi jdbi, AuditLog audit, Secrets secrets, InstantSource clock) {
    this.jdbi = jdbi;
    this.audit = audit;
    this.secrets = secrets;
    this.clock = clock;
  }

  /// A webhook with a secret just made.
  ///
  /// @param secret in plain, which nobody can learn again
  public record Made(Webhook webhook, String secret) {}

  /// Makes one, for the projects of the caller's key if it names none.
  ///
  /// @throws ApiException.Forbidden it names projects that the key may not use
  /// @throws ApiException.Conflict there are as many as there may be
  Made create(Caller caller, Subscription wanted, RequestContext request) {
    var subscription = within(caller, wanted);
    var id = Ids.random(clock.instant());
    var secret = Secrets.generate();
    return jdbi.inTransaction(
        handle -> {
          var dao = handle.attach(WebhookDao.class);
          if (dao.count() >= MOST_WEBHOOKS) {
            throw WebhookErrors.tooMany(MOST_WEBHOOKS);
          }
          dao.insert(id, subscription, maker(caller));
          dao.insertSecret(id, secrets.seal(secret, id.toString()));
          var made = dao.find(id).orElseThrow();
          record(handle, caller, "webhook.created", request, made);
          return new Made(made, secret);
        });
  }

  /// Those that the caller may see, newest first.
  ///
  /// @param after where to begin; empty: with the newest
  public List<Webhook> list(Caller caller, int rows, Optional<Cursor> after) {
    var projects = caller.projects().map(it -> it.toArray(String[]::new)).orElse(null);
    return jdbi.withExtension(
        WebhookDao.class,
        dao ->
            dao.list(
                projects,
                after.map(it -> it.instant(0)).orElse(null),
                after.map(it -> it.uuid(1)).orElse(null),
                rows));
  }

  /// One of them.
  ///
  /// @throws ApiException.NotFound malformed, unknown, deleted, or not the caller's to see
  public Webhook get(Caller caller, String id) {
    return Optional.of(getRecorded(caller, id))
        .filter(it -> it.deletedAt() == null)
        .orElseThrow(WebhookErrors::notFound);
  }

  /// One of them, or one that was deleted: its deliveries are on record.
  ///
  /// @throws ApiException.NotFound malformed, unknown, or not the caller's to see
  public Webhook getRecorded(Caller caller, String id) {
    return Ids.parse(id)
        .flatMap(it -> jdbi.withExtension(WebhookDao.class, dao -> dao.find(it)))
        .filter(it -> it.isVisibleTo(caller))
        .orElseThrow(WebhookErrors::notFound);
  }

  /// Changes one.
  ///
  /// @param wanted what is to become of it as it is then: it may have been changed, or have been
  ///   disabled, since the caller looked; runs in the transaction
  /// @throws ApiException.Forbidden it names projects that the key may not use
  Webhook change(
      Caller caller, UUID id, Function<Webhook, Subscription> wanted, RequestContext request) {
    return jdbi.inTransaction(
        handle -> {
          var dao = handle.attach(WebhookDao.class);
          var there = lock(dao, caller, id);
          dao.update(id, within(caller, wanted.apply(there)));
          dao.clearLane(id);
          var changed = dao.find(id).orElseThrow();
          record(handle, caller, "webhook.updated", request, changed);
          return changed;
        });
  }

  /// Deletes one: what is on its way is given up, what has been sent stays on record, its secrets
  /// are erased.
  ///
  /// @throws ApiException.NotFound malformed, unknown, deleted, or not the caller's to see
  public void delete(Caller caller, String id, RequestContext request) {
    var parsed = Ids.parse(id).orElseThrow(WebhookErrors::notFound);
    jdbi.useTransaction(
        handle -> {
          var dao = handle.attach(WebhookDao.class);
          var webhook = lock(dao, caller, parsed);
          dao.delete(parsed);
          dao.eraseSecrets(parsed);
          record(handle, caller, "webhook.deleted", request, webhook);
        });
  }

  /// Gives it a new secret; the old one signs on for [#GRACE].
  ///
  /// @throws ApiException.NotFound malformed, unknown, deleted, or not the caller's to see
  /// @throws ApiException.Conflict too many sign already
  public Made rotateSecret(Caller caller, String id, RequestContext request) {
    var parsed = Ids.parse(id).orElseThrow(WebhookErrors::notFound);
    var secret = Secrets.generate();
    return jdbi.inTransaction(
        handle -> {
          var dao = handle.attach(WebhookDao.class);
          lock(dao, caller, parsed);
          if (dao.countSecrets(parsed) >= MOST_SECRETS) {
            throw WebhookErrors.tooManySecrets(MOST_SECRETS);
          }
          dao.retireSecrets(parsed, GRACE.toSeconds());
          dao.insertSecret(parsed, secrets.seal(secret, parsed.toString()));
          var rotated = dao.find(parsed).orElseThrow();
          record(handle, caller, "webhook.secret_rotated", request, rotated);
          return new Made(rotated, secret);
        });
  }

  /// One that the caller may change, held to the end of the transaction.
  static Webhook lock(WebhookDao dao, Caller caller, UUID id) {
    return dao.lock(id).filter(it -> it.isVisibleTo(caller)).orElseThrow(WebhookErrors::notFound);
  }

  /// A key of some projects makes webhooks for those only.
  private static Subscription within(Caller caller, Subscription wanted) {
    if (caller.projects().isEmpty()) {
      return wanted;
    }
    var own = caller.projects().get();
    var projects =
        wanted.projectIds() == null ? own.stream().sorted().toList() : wanted.projectIds();
    if (!own.containsAll(projects)) {
      throw WebhookErrors.lackingProjects();
    }
    return new Subscription(
        wanted.url(),
        wanted.target(),
        wanted.events(),
        projects,
        wanted.description(),
        wanted.enabled());
  }

  private static String maker(Caller caller) {
    return caller.keyId() == null ? Actor.Kind.ADMIN_KEY.wire() : caller.keyId().toString();
  }

  /// Of the URL only where it leads: what follows may be a secret of the receiver's.
  private void record(
      Handle handle, Caller caller, String action, RequestContext request, Webhook webhook) {
    var url = URI.create(webhook.target());
    var detail = new LinkedHashMap<String, @Nullable Object>();
    detail.put("target", url.getScheme() + "://" + url.getRawAuthority());
    detail.put("events", webhook.events());
    detail.put("project_ids", webhook.projectIds());
    detail.put("enabled", webhook.enabled());
    audit.append(
        handle,
        AuditEntry.allowed(Actor.of(caller), action, request, webhook.id().toString(), detail));
  }
}
