package ai.orchard9.rdev.webhook;

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
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/webhooks/{id}/deliveries`: what was sent, and with what success.
@Path("/webhooks/{id}/deliveries")
@Produces(MediaType.APPLICATION_JSON)
public final class DeliveryResource {
  private final DeliveryService service;

  DeliveryResource(DeliveryService service) {
    this.service = service;
  }

  @GET
  @RequiresScope(Scope.WEBHOOKS_READ)
  public Envelope<List<DeliveryResponse>> list(
      @Auth Caller caller,
      @PathParam("id") String id,
      @BeanParam Page page,
      @QueryParam("status") @Nullable String status,
      @QueryParam("event") @Nullable String event) {
    var filter = DeliveryFilter.parse(status, event);
    var below = page.cursor(DeliveryFilter.LIST, 1).map(it -> it.number(0)).orElse(Long.MAX_VALUE);
    var rows = service.list(caller, id, filter, below, page.fetch());
    return page.of(
        rows.stream().map(DeliveryResponse::of).toList(),
        it -> Cursor.of(DeliveryFilter.LIST, it.sequence()));
  }

  @GET
  @Path("/{delivery}")
  @RequiresScope(Scope.WEBHOOKS_READ)
  public Envelope<DeliveryResponse> get(
      @Auth Caller caller, @PathParam("id") String id, @PathParam("delivery") String delivery) {
    return Envelope.of(DeliveryResponse.of(service.get(caller, id, delivery)));
  }

  @POST
  @Path("/{delivery}/redeliver")
  @Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response redeliver(
      @Auth Caller caller,
      @Context RequestContext context,
      @PathParam("id") String id,
      @PathParam("delivery") String delivery,
      @OptionalBody WebhookResource.@Nullable Nothing request) {
    return accepted(service.redeliver(caller, id, delivery, context));
  }

  /// It is going to be sent.
  static Response accepted(DeliveryService.Shown shown) {
    return Response.accepted(Envelope.of(DeliveryResponse.of(shown))).build();
  }
}
