package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
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

/// Follow one command as server-sent events, without naming its project.
@Path("/commands/{id}/events")
public final class CommandEventsResource {

  private final CommandFollowing following;

  CommandEventsResource(EventAnswer answer, CommandLookup commands) {
    this.following = new CommandFollowing(answer, commands);
  }

  /// The events of the command.
  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public void follow(
      @Auth Caller caller,
      @PathParam("id") String id,
      @QueryParam("last_event_id") @Nullable String lastEventIdParameter,
      @HeaderParam("Last-Event-ID") @Nullable String lastEventIdHeader,
      @Context HttpServletRequest request,
      @Suspended AsyncResponse suspended) {
    var from = LastEventId.of(lastEventIdHeader, lastEventIdParameter);
    following.follow(caller, null, id, from, request, suspended);
  }
}
