package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.webhook.DeliveryService;
import ai.orchard9.rdev.webhook.RecordedAttempt;
import ai.orchard9.rdev.webhook.WebhookModule;
import ai.orchard9.rdev.webhook.WebhookService;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/console/deliveries/{id}`: one delivery, of whatever webhook.
@Path("/console/deliveries/{id}")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class DeliveryPages {
  static final String HERE = "/console/deliveries/";

  private final WebhookService webhooks;
  private final DeliveryService deliveries;

  DeliveryPages(WebhookModule module) {
    this.webhooks = module.webhooks();
    this.deliveries = module.deliveries();
  }

  /// One delivery. Public only because Thymeleaf reads it.
  ///
  /// @param deleted whether its webhook was, so that it cannot be sent again
  /// @param ended when it was delivered or given up; null: it is on its way
  /// @param payload the body, a field a line
  public record DeliveryPage(
      WebhookPage.DeliveryRow row,
      String webhookId,
      String url,
      boolean deleted,
      @Nullable When ended,
      List<Try> attempts,
      String payload) {}

  /// One attempt. Public only because Thymeleaf reads it.
  ///
  /// @param statusCode what the receiver answered; null: nothing
  /// @param error why it was no success; null: it was one
  public record Try(
      When at, @Nullable String took, @Nullable Integer statusCode, @Nullable String error) {
    static Try of(RecordedAttempt attempt) {
      return new Try(
          When.of(attempt.at()),
          Words.duration((long) attempt.durationMs()),
          attempt.statusCode(),
          attempt.error());
    }
  }

  @GET
  @RequiresScope(Scope.WEBHOOKS_READ)
  public View show(@Auth Caller caller, @PathParam("id") String id) {
    var shown = deliveries.get(caller, id);
    var delivery = shown.delivery();
    var webhook = webhooks.getRecorded(caller, delivery.webhookId().toString());
    var ended = delivery.deliveredAt() == null ? delivery.failedAt() : delivery.deliveredAt();
    return new View(
        "delivery",
        "Delivery",
        Area.WEBHOOKS,
        new DeliveryPage(
            WebhookPage.DeliveryRow.of(shown),
            webhook.id().toString(),
            webhook.url(),
            webhook.deletedAt() != null,
            When.ofNullable(ended),
            shown.attempts().stream().map(Try::of).toList(),
            Pretty.json(delivery.payload())));
  }

  @POST
  @Path("/redeliver")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response redeliver(
      @Auth Caller caller, @PathParam("id") String id, @Context RequestContext request) {
    var webhook = deliveries.get(caller, id).delivery().webhookId().toString();
    var again = deliveries.redeliver(caller, webhook, id, request).delivery();
    return Response.seeOther(Notice.DELIVERY_REQUESTED.on(HERE + again.id())).build();
  }
}
