package ai.orchard9.rdev.console;

import ai.orchard9.rdev.command.AgentSession;
import ai.orchard9.rdev.command.CommandService;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.project.ProjectCatalog;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/console/projects/{id}/claude-sessions`: conversations, and where to go on with one.
@Path("/console/projects/{id}/claude-sessions")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class ConversationPages {
  private final ProjectCatalog projects;
  private final CommandService commands;

  ConversationPages(ProjectCatalog projects, CommandService commands) {
    this.projects = projects;
    this.commands = commands;
  }

  /// One of them. Public only because Thymeleaf reads it.
  public record Row(
      String sessionId,
      String lastCommandId,
      When lastUsed,
      @Nullable String turns,
      @Nullable String cost) {
    static Row of(AgentSession session) {
      var cost = session.costUsd();
      return new Row(
          session.sessionId(),
          session.lastCommandId(),
          When.of(session.lastUsedAt()),
          session.turns() == null ? null : session.turns().toString(),
          cost == null ? null : AgentFacts.dollars(cost));
    }
  }

  /// Those of a project. Public only because Thymeleaf reads it.
  ///
  /// @param next where older ones are; null: there are none
  /// @param mayGoOn whether the caller may run claude here
  public record ListPage(
      String project, String name, List<Row> rows, @Nullable String next, boolean mayGoOn) {}

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public View list(
      @Auth Caller caller,
      @PathParam("id") String id,
      @BeanParam Page page,
      @Context UriInfo here) {
    var project = projects.get(caller, id);
    var rows = commands.sessions(caller, id, page.fetch(), page.cursor(AgentSession.LIST, 2));
    var shown = page.of(rows, AgentSession::cursor);
    return new View(
        "conversations",
        "Conversations of " + project.name(),
        Area.PROJECTS,
        new ListPage(
            id,
            project.name(),
            shown.data().stream().map(Row::of).toList(),
            Paging.next(here, shown),
            caller.has(Scope.PROJECTS_EXECUTE) && caller.mayRun("claude")));
  }
}
