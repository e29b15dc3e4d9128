package ai.orchard9.rdev.command;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Envelope;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/// `GET /projects/{id}/claude-sessions`: the conversations that a command can go on with.
@Path("/projects/{id}/claude-sessions")
@Produces(MediaType.APPLICATION_JSON)
public final class AgentSessionResource {
  private final CommandService service;

  AgentSessionResource(CommandService service) {
    this.service = service;
  }

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public Envelope<List<AgentSession>> list(
      @Auth Caller caller, @PathParam("id") String project, @BeanParam Page page) {
    var rows = service.sessions(caller, project, page.fetch(), page.cursor(AgentSession.LIST, 2));
    return page.of(rows, AgentSession::cursor);
  }
}
