package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.http.RequestContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One line of the record, as whoever did it tells it. The record adds when.
///
/// @param action `noun.verb`: `key.revoked`
/// @param request in which it was asked for; null where no request did
/// @param project the project that it is about; null for none
/// @param target the id of what it was done to; null for none
/// @param detail what else is worth knowing, as JSON: never a key or a secret
public record AuditEntry(
    Actor actor,
    String action,
    @Nullable RequestContext request,
    @Nullable String project,
    @Nullable String target,
    Outcome outcome,
    Map<String, @Nullable Object> detail) {

  public AuditEntry {
    detail = Collections.unmodifiableMap(new LinkedHashMap<>(detail));
  }

  /// Something that was done.
  public static AuditEntry allowed(
      Actor actor,
      String action,
      @Nullable RequestContext request,
      @Nullable String target,
      Map<String, @Nullable Object> detail) {
    return new AuditEntry(actor, action, request, null, target, Outcome.ALLOWED, detail);
  }
}
