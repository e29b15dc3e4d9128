package ai.orchard9.rdev.command.model;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.http.RequestContext;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Who asks for a change, as statements take it down. Public only because JDBI reads it by
/// reflection.
public record Requester(
    @Nullable UUID keyId,
    String keyName,
    String kind,
    @Nullable String clientAddress,
    @Nullable String requestId) {

  /// Who acts without a request of the API.
  public static Requester of(Actor actor) {
    return new Requester(actor.keyId(), actor.keyName(), actor.kind().wire(), null, null);
  }

  /// Who acts by this request.
  public static Requester of(Actor actor, RequestContext request) {
    return new Requester(
        actor.keyId(),
        actor.keyName(),
        actor.kind().wire(),
        request.clientAddress(),
        request.requestId());
  }
}
