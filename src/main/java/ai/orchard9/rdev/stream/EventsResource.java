package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.life.ProjectEvents;
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
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;

/// Follow a project, or one of its commands, as server-sent events.
@Path("/projects/{id}/events")
public final class EventsResource {

  private final EventAnswer answer;
  private final CommandLookup commands;
  private final ProjectEvents life;
  private final ProjectLookup projects;

  EventsResource(
      EventAnswer answer, CommandLookup commands, ProjectEvents life, ProjectLookup projects) {
    this.answer = answer;
    this.commands = commands;
    this.life = life;
    this.projects = projects;
  }

  /// The events of the command `stream_id`, or the life of the project.
  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public void follow(
      @Auth Caller caller,
      @PathParam("id") String project,
      @QueryParam("stream_id") @Nullable String streamId,
      @QueryParam("last_event_id") @Nullable String lastEventIdParameter,
      @HeaderParam("Last-Event-ID") @Nullable String lastEventIdHeader,
      @Context HttpServletRequest request,
      @Suspended AsyncResponse suspended) {
    var from = LastEventId.of(lastEventIdHeader, lastEventIdParameter);
    if (streamId == null) {
      followProject(caller, project, from, request, suspended);
    } else {
      new CommandFollowing(answer, commands)
          .follow(caller, project, streamId, from, request, suspended);
    }
  }

  private void followProject(
      Caller caller,
      String project,
      LastEventId from,
      HttpServletRequest request,
      AsyncResponse suspended) {
    answer.admit();
    boolean open = false;
    try {
      if (!caller.mayUse(project) || !projects.exists(project)) {
        throw StreamErrors.unknownProject();
      }
      // A stream without an id starts now: what was is told to those who ask for it by id 0.
      long newest = life.newest(project);
      long after = from.isGiven() ? from.notBeyond(newest) : newest;
      if ("HEAD".equals(request.getMethod())) {
        suspended.resume(Response.ok().type("text/event-stream").build());
        return;
      }
      answer.project(request, caller, project, after);
      open = true;
    } finally {
      if (!open) {
        answer.forget();
      }
    }
  }
}
