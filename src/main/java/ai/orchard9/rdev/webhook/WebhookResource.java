package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.error.ApiException;
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
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/webhooks`: who is told.
@Path("/webhooks")
@Produces(MediaType.APPLICATION_JSON)
public final class WebhookResource {
  private final WebhookService webhooks;
  private final DeliveryService deliveries;
  private final WebhookRequests requests;

  WebhookResource(WebhookService webhooks, DeliveryService deliveries, WebhookRequests requests) {
    this.webhooks = webhooks;
    this.deliveries = deliveries;
    this.requests = requests;
  }

  /// Body of a replay.
  record ReplayRequest(@Nullable Instant since) {}

  /// A body in which nothing can be said.
  record Nothing() {}

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response create(
      @Auth Caller caller, @Context RequestContext context, WebhookRequest request) {
    var made = requests.create(caller, request, context);
    return Response.status(Response.Status.CREATED)
        .header(HttpHeaders.LOCATION, "/webhooks/" + made.webhook().id())
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .entity(Envelope.of(WebhookResponse.Created.of(made)))
        .build();
  }

  @GET
  @RequiresScope(Scope.WEBHOOKS_READ)
  public Envelope<List<WebhookResponse>> list(@Auth Caller caller, @BeanParam Page page) {
    var rows = webhooks.list(caller, page.fetch(), page.cursor(WebhookService.LIST, 2));
    return page.of(
        rows.stream().map(WebhookResponse::of).toList(),
        it -> Cursor.of(WebhookService.LIST, it.createdAt(), it.id()));
  }

  @GET
  @Path("/{id}")
  @RequiresScope(Scope.WEBHOOKS_READ)
  public Envelope<WebhookResponse> get(@Auth Caller caller, @PathParam("id") String id) {
    return Envelope.of(WebhookResponse.of(webhooks.get(caller, id)));
  }

  @PATCH
  @Path("/{id}")
  @Consumes(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Envelope<WebhookResponse> change(
      @Auth Caller caller,
      @Context RequestContext context,
      @PathParam("id") String id,
      WebhookRequest request) {
    return Envelope.of(WebhookResponse.of(requests.change(caller, id, request, context)));
  }

  @DELETE
  @Path("/{id}")
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public void delete(
      @Auth Caller caller, @Context RequestContext context, @PathParam("id") String id) {
    webhooks.delete(caller, id, context);
  }

  @POST
  @Path("/{id}/rotate-secret")
  @Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response rotateSecret(
      @Auth Caller caller,
      @Context RequestContext context,
      @PathParam("id") String id,
      @OptionalBody @Nullable Nothing request) {
    return Response.ok(
            Envelope.of(WebhookResponse.Rotated.of(webhooks.rotateSecret(caller, id, context))))
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  @POST
  @Path("/{id}/test")
  @Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response test(
      @Auth Caller caller,
      @Context RequestContext context,
      @PathParam("id") String id,
      @OptionalBody @Nullable Nothing request) {
    return DeliveryResource.accepted(deliveries.test(caller, id, context));
  }

  @POST
  @Path("/{id}/replay")
  @Consumes(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response replay(
      @Auth Caller caller,
      @Context RequestContext context,
      @PathParam("id") String id,
      ReplayRequest request) {
    if (request.since() == null) {
      throw ApiException.badField("since", "must be a time as 2026-01-02T03:04:05.678Z");
    }
    return Response.accepted(Envelope.of(deliveries.replay(caller, id, request.since(), context)))
        .build();
  }
}
