package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.AnswerHeaders;
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
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import org.jspecify.annotations.Nullable;

/// What a command printed, for who has a session instead of a key.
@Path("/console/commands/{id}/output")
@ForBrowsers
public final class CommandOutputPage {
  private final StreamModule streams;

  CommandOutputPage(StreamModule streams) {
    this.streams = streams;
  }

  /// A browser saves it, whatever it is: output is never shown as a page.
  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public void output(
      @Auth Caller caller,
      @PathParam("id") String id,
      @QueryParam("stream") @Nullable String stream,
      @HeaderParam("Range") @Nullable String range,
      @HeaderParam("If-Range") @Nullable String ifRange,
      @Context ContainerRequestContext here,
      @Context HttpServletRequest request,
      @Suspended AsyncResponse suspended) {
    var name = id.replaceAll("[^a-z0-9-]", "") + ".log";
    AnswerHeaders.put(here, "Content-Disposition", "attachment; filename=\"" + name + "\"");
    streams.output().output(caller, id, stream, null, range, ifRange, request, suspended);
  }
}
