package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.AnyScope;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.Envelope;
import ai.orchard9.rdev.http.OptionalBody;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/keys`: who may call.
@Path("/keys")
@Produces(MediaType.APPLICATION_JSON)
public final class ApiKeyResource {
  private final ApiKeyService service;

  ApiKeyResource(ApiKeyService service) {
    this.service = service;
  }

  /// Body of a rotation.
  record RotateRequest(@Nullable String grace) {}

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.KEYS_WRITE)
  public Response create(
      @Auth Caller caller, @Context RequestContext context, NewKeyRequest request) {
    return created(service.create(Actor.of(caller), request, context));
  }

  @GET
  @RequiresScope(Scope.KEYS_READ)
  public Envelope<List<ApiKeyResponse>> list(@Auth Caller caller, @BeanParam Page page) {
    var rows = service.list(caller, page.fetch(), page.cursor(ApiKeyService.LIST, 2));
    return page.of(
        rows.stream().map(ApiKeyResponse::of).toList(),
        it ->
            Cursor.of(ApiKeyService.LIST, String.valueOf(it.createdAt()), String.valueOf(it.id())));
  }

  @GET
  @Path("/self")
  @AnyScope
  public Envelope<ApiKeyResponse> self(@Auth Caller caller) {
    return Envelope.of(
        service
            .self(caller)
            .map(ApiKeyResponse::of)
            .orElseGet(() -> ApiKeyResponse.ofAdmin(caller)));
  }

  @GET
  @Path("/{id}")
  @RequiresScope(Scope.KEYS_READ)
  public Envelope<ApiKeyResponse> get(@Auth Caller caller, @PathParam("id") String id) {
    return Envelope.of(ApiKeyResponse.of(service.get(caller, id)));
  }

  @DELETE
  @Path("/{id}")
  @RequiresScope(Scope.KEYS_WRITE)
  public void revoke(
      @Auth Caller caller, @Context RequestContext context, @PathParam("id") String id) {
    service.revoke(Actor.of(caller), id, context);
  }

  @POST
  @Path("/{id}/rotate")
  @Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
  @RequiresScope(Scope.KEYS_WRITE)
  public Response rotate(
      @Auth Caller caller,
      @Context RequestContext context,
      @PathParam("id") String id,
      @OptionalBody @Nullable RotateRequest request) {
    return created(service.rotate(Actor.of(caller), id, grace(request), context));
  }

  private static Duration grace(@Nullable RotateRequest request) {
    try {
      return Lifetimes.grace(request == null ? null : request.grace());
    } catch (IllegalArgumentException refused) {
      throw ApiException.badField("grace", String.valueOf(refused.getMessage()));
    }
  }

  /// No cache may keep a key.
  private static Response created(ApiKeyService.Made made) {
    return Response.status(Response.Status.CREATED)
        .header(HttpHeaders.LOCATION, "/keys/" + made.key().id())
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .entity(Envelope.of(ApiKeyResponse.Created.of(made)))
        .build();
  }
}
