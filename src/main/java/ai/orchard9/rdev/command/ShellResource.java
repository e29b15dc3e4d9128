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

/// `POST /projects/{id}/shell`: runs a text by `bash`, or `sh` where there is none.
@Path("/projects/{id}/shell")
@Consumes(MediaType.APPLICATION_JSON)
@Produces({MediaType.APPLICATION_JSON, "text/event-stream;qs=0.5"})
public final class ShellResource {
  private final Submitting submitting;

  ShellResource(Submitting submitting) {
    this.submitting = submitting;
  }

  @POST
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public void submit(
      @Auth Caller caller,
      @PathParam("id") String project,
      SubmitRequest.@Nullable Shell body,
      @Context HttpServletRequest request,
      @Suspended AsyncResponse answer) {
    submitting.submit(caller, project, body, new Submitting.Exchange(request, answer));
  }
}
