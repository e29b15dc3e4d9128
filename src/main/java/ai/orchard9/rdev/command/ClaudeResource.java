package ai.orchard9.rdev.command;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/// `POST /projects/{id}/claude`: gives a prompt to the Claude Code CLI.
@Path("/projects/{id}/claude")
@Consumes(MediaType.APPLICATION_JSON)
@Produces({MediaType.APPLICATION_JSON, "text/event-stream;qs=0.5"})
public final class ClaudeResource {
  private final Submitting submitting;

  ClaudeResource(Submitting submitting) {
    this.submitting = submitting;
  }

  @POST
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public void submit(
      @Auth Caller caller,
      @PathParam("id") String project,
      SubmitRequest.@Nullable Claude body,
      @Context HttpServletRequest request,
      @Suspended AsyncResponse answer) {
    submitting.submit(caller, project, body, new Submitting.Exchange(request, answer));
  }
}
