package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.stream.StreamModule;
import io.dropwizard.auth.Auth;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import org.jspecify.annotations.Nullable;

/// The events of a command, for who has a session instead of a key.
@Path("/console/commands/{id}/events")
@ForBrowsers
public final class CommandEventsPage {
  private final StreamModule streams;

  CommandEventsPage(StreamModule streams) {
    this.streams = streams;
  }

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public void events(
      @Auth Caller caller,
      @PathParam("id") String id,
      @QueryParam("last_event_id") @Nullable String lastEventIdParameter,
      @HeaderParam("Last-Event-ID") @Nullable String lastEventIdHeader,
      @Context HttpServletRequest request,
      @Suspended AsyncResponse suspended) {
    streams
        .events()
        .follow(caller, id, lastEventIdParameter, lastEventIdHeader, request, suspended);
  }
}
