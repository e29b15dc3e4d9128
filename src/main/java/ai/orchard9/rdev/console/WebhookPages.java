package ai.orchard9.rdev.console;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.webhook.DeliveryFilter;
import ai.orchard9.rdev.webhook.DeliveryService;
import ai.orchard9.rdev.webhook.WebhookModule;
import ai.orchard9.rdev.webhook.WebhookRequest;
import ai.orchard9.rdev.webhook.WebhookRequests;
import ai.orchard9.rdev.webhook.WebhookService;
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
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/console/webhooks`: who is told, and what was sent.
@Path("/console/webhooks")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class WebhookPages {
  private static final String HERE = "/console/webhooks";

  private final WebhookService webhooks;
  private final WebhookRequests requests;
  private final DeliveryService deliveries;

  WebhookPages(WebhookModule module) {
    this.webhooks = module.webhooks();
    this.requests = module.requests();
    this.deliveries = module.deliveries();
  }

  /// The list. Public only because Thymeleaf reads it.
  ///
  /// @param events that one can subscribe to
  /// @param form what was typed and refused; empty else
  /// @param next where older ones are; null: there are none
  public record ListPage(
      List<WebhookPage.Row> rows, List<String> events, WebhookForm form, @Nullable String next) {}

  /// A secret, which is shown this once. Public only because Thymeleaf reads it.
  ///
  /// @param oldSecretUntil how long the one before signs, too; null: there was none
  public record SecretPage(String id, String url, String secret, @Nullable When oldSecretUntil) {

    static SecretPage of(WebhookService.Made made) {
      return new SecretPage(
          made.webhook().id().toString(),
          made.webhook().url(),
          made.secret(),
          When.ofNullable(made.webhook().secretExpiresAt()));
    }
  }

  @GET
  @RequiresScope(Scope.WEBHOOKS_READ)
  public View list(@Auth Caller caller, @BeanParam Page page, @Context UriInfo here) {
    return list(caller, page, here, WebhookForm.EMPTY);
  }

  private View list(Caller caller, Page page, UriInfo here, WebhookForm form) {
    var rows = webhooks.list(caller, page.fetch(), page.cursor(WebhookService.LIST, 2));
    var shown = page.of(rows, it -> Cursor.of(WebhookService.LIST, it.createdAt(), it.id()));
    return new View(
        "webhooks",
        "Webhooks",
        Area.WEBHOOKS,
        new ListPage(
            shown.data().stream().map(WebhookPage.Row::of).toList(),
            WebhookRequests.events(),
            form,
            Paging.next(here, shown)));
  }

  /// Makes one and shows its secret; or says what is wrong with it, and keeps it.
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response create(
      @Auth Caller caller,
      MultivaluedMap<String, String> form,
      @BeanParam Page page,
      @Context UriInfo here,
      @Context RequestContext request) {
    var typed = WebhookForm.of(form);
    try {
      var made = requests.create(caller, typed.creation(), request);
      return Response.status(201).entity(secret("Webhook created", made)).build();
    } catch (ApiException.BadRequest refused) {
      return Response.status(400).entity(list(caller, page, here, typed.refused(refused))).build();
    }
  }

  private static View secret(String title, WebhookService.Made made) {
    return new View("webhook-secret", title, Area.WEBHOOKS, SecretPage.of(made));
  }

  /// One of them, or one that was deleted: its deliveries are on record.
  @GET
  @Path("/{id}")
  @RequiresScope(Scope.WEBHOOKS_READ)
  public View show(
      @Auth Caller caller,
      @PathParam("id") String id,
      @BeanParam Page page,
      @QueryParam("status") @Nullable String status,
      @QueryParam("event") @Nullable String event,
      @Context UriInfo here) {
    var filter = new WebhookPage.Filter(Paging.given(status), Paging.given(event));
    return show(caller, id, page, filter, here, null);
  }

  private View show(
      Caller caller,
      String id,
      Page page,
      WebhookPage.Filter filter,
      UriInfo here,
      @Nullable WebhookForm typed) {
    var webhook = webhooks.getRecorded(caller, id);
    var asked = DeliveryFilter.parse(filter.status(), filter.event());
    var below = page.cursor(DeliveryFilter.LIST, 1).map(it -> it.number(0)).orElse(Long.MAX_VALUE);
    var rows = deliveries.list(caller, id, asked, below, page.fetch());
    var shown = page.of(rows, it -> Cursor.of(DeliveryFilter.LIST, it.delivery().sequence()));
    return new View(
        "webhook",
        "Webhook",
        Area.WEBHOOKS,
        new WebhookPage(
            WebhookPage.Row.of(webhook),
            When.ofNullable(webhook.deletedAt()),
            When.ofNullable(webhook.disabledAt()),
            When.of(webhook.updatedAt()),
            webhook.createdBy(),
            webhook.lastSequence(),
            When.ofNullable(webhook.secretExpiresAt()),
            WebhookRequests.events(),
            typed == null ? WebhookForm.of(webhook) : typed,
            shown.data().stream().map(WebhookPage.DeliveryRow::of).toList(),
            filter,
            new WebhookPage.Choices(DeliveryFilter.statuses(), DeliveryFilter.events()),
            Paging.next(here, shown),
            filter.equals(WebhookPage.Filter.ANY)));
  }

  /// Changes one; or says what is wrong, and keeps what was typed.
  @POST
  @Path("/{id}")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response change(
      @Auth Caller caller,
      @PathParam("id") String id,
      MultivaluedMap<String, String> form,
      @BeanParam Page page,
      @Context UriInfo here,
      @Context RequestContext request) {
    var typed = WebhookForm.of(form);
    try {
      var there = webhooks.get(caller, id);
      return changed(requests.change(caller, id, typed.change(there), request).id().toString());
    } catch (ApiException.BadRequest refused) {
      return Response.status(400)
          .entity(show(caller, id, page, WebhookPage.Filter.ANY, here, typed.refused(refused)))
          .build();
    }
  }

  private static Response changed(String id) {
    return Response.seeOther(Notice.WEBHOOK_CHANGED.on(HERE + "/" + id)).build();
  }

  @POST
  @Path("/{id}/enable")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response enable(
      @Auth Caller caller, @PathParam("id") String id, @Context RequestContext request) {
    return enable(caller, id, true, request);
  }

  @POST
  @Path("/{id}/disable")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response disable(
      @Auth Caller caller, @PathParam("id") String id, @Context RequestContext request) {
    return enable(caller, id, false, request);
  }

  private Response enable(Caller caller, String id, boolean enabled, RequestContext request) {
    var wanted = new WebhookRequest(null, null, null, null, enabled);
    return changed(requests.change(caller, id, wanted, request).id().toString());
  }

  /// Gives it a new secret and shows that once.
  @POST
  @Path("/{id}/rotate-secret")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public View rotateSecret(
      @Auth Caller caller, @PathParam("id") String id, @Context RequestContext request) {
    return secret("New secret", webhooks.rotateSecret(caller, id, request));
  }

  /// Sends a test, and goes to its page.
  @POST
  @Path("/{id}/test")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response test(
      @Auth Caller caller, @PathParam("id") String id, @Context RequestContext request) {
    var sent = deliveries.test(caller, id, request).delivery();
    return Response.seeOther(Notice.DELIVERY_REQUESTED.on(DeliveryPages.HERE + sent.id())).build();
  }

  /// Asks first, unless that was done.
  @POST
  @Path("/{id}/delete")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.WEBHOOKS_WRITE)
  public Response delete(
      @Auth Caller caller,
      @PathParam("id") String id,
      MultivaluedMap<String, String> form,
      @Context RequestContext request) {
    if (!"yes".equals(form.getFirst("confirmed"))) {
      var webhook = webhooks.get(caller, id);
      var itself = HERE + "/" + webhook.id();
      var page =
          new CommandPages.ConfirmPage(
              "Delete the webhook to " + webhook.url() + "?", itself + "/delete", "Delete", itself);
      return Response.ok(new View("confirm", "Delete?", Area.WEBHOOKS, page)).build();
    }
    webhooks.delete(caller, id, request);
    return Response.seeOther(Notice.WEBHOOK_DELETED.on(HERE)).build();
  }
}
