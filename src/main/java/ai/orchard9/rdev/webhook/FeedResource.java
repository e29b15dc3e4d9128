package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.Envelope;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import com.fasterxml.jackson.databind.JsonNode;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/webhooks/{id}/events`: the same bodies, to be fetched by a receiver that may have missed some.
@Path("/webhooks/{id}/events")
@Produces(MediaType.APPLICATION_JSON)
public final class FeedResource {
  private static final String LIST = "webhook-events";

  private final DeliveryService service;

  FeedResource(DeliveryService service) {
    this.service = service;
  }

  @GET
  @RequiresScope(Scope.WEBHOOKS_READ)
  public Envelope<List<JsonNode>> list(
      @Auth Caller caller,
      @PathParam("id") String id,
      @BeanParam Page page,
      @QueryParam("after") @Nullable String after) {
    var from = page.cursor(LIST, 1).map(it -> it.number(0)).orElseGet(() -> number(after));
    var rows = service.events(caller, id, from, page.fetch());
    return page.of(
        rows.stream().map(it -> DeliveryResponse.tree(it.payload())).toList(),
        it -> Cursor.of(LIST, it.path("sequence").asLong()));
  }

  private static long number(@Nullable String after) {
    if (after == null) {
      return 0;
    }
    try {
      var number = Long.parseLong(after);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException malformed) {
      // Refused below, as a negative one is.
    }
    throw ApiException.badField("after", "must be a sequence, 0 or more");
  }
}
