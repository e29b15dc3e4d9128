package ai.orchard9.rdev.command;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.http.RequestContext;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Who asks for a change, as statements take it down. Public only because JDBI reads it by
/// reflection.
public record Requester(
    @Nullable UUID keyId, String keyName, String kind, String clientAddress, String requestId) {

  static Requester of(Actor actor, RequestContext request) {
    return new Requester(
        actor.keyId(),
        actor.keyName(),
        actor.kind().wire(),
        request.clientAddress(),
        request.requestId());
  }
}
