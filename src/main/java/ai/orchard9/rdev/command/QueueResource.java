package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.queue.Overview;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Envelope;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.project.Project;
import ai.orchard9.rdev.project.ProjectCatalog;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;

/// `/queue`: what waits and what runs, in the projects that the key may see.
@Path("/queue")
@Produces(MediaType.APPLICATION_JSON)
public final class QueueResource {
  private final Overview overview;
  private final ProjectCatalog projects;

  QueueResource(Overview overview, ProjectCatalog projects) {
    this.overview = overview;
    this.projects = projects;
  }

  /// The limits that hold here.
  record Limits(int concurrentCommands) {}

  /// What waits and runs in one project.
  record ProjectLine(String id, int pending, int running) {}

  /// `GET /queue`.
  record QueueResponse(
      boolean paused,
      Map<Priority, Integer> pending,
      int running,
      long oldestPendingSeconds,
      Limits limits,
      List<ProjectLine> projects) {}

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public Envelope<QueueResponse> show(@Auth Caller caller) {
    var known = projects.list(caller).stream().map(Project::id).toList();
    var picture = overview.picture(known, caller::mayUse);
    return Envelope.of(
        new QueueResponse(
            picture.paused(),
            picture.pending(),
            picture.running(),
            picture.oldestPendingSeconds(),
            new Limits(picture.concurrentCommands()),
            picture.projects().stream()
                .map(it -> new ProjectLine(it.id(), it.pending(), it.running()))
                .toList()));
  }
}
