package ai.orchard9.rdev.project;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `/projects`: what this key may work in.
@Path("/projects")
@Produces(MediaType.APPLICATION_JSON)
public final class ProjectResource {
  private static final String LIST = "projects";

  private final ProjectCatalog catalog;

  ProjectResource(ProjectCatalog catalog) {
    this.catalog = catalog;
  }

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public Envelope<List<Body>> list(@Auth Caller caller, @BeanParam Page page) {
    var after = page.cursor(LIST, 1).map(it -> it.text(0)).orElse("");
    var rows =
        catalog.list(caller).stream()
            .filter(it -> it.id().compareTo(after) > 0)
            .limit(page.fetch())
            .map(Body::of)
            .toList();
    return marked(page.of(rows, it -> Cursor.of(LIST, it.id())));
  }

  @GET
  @Path("/{id}")
  @RequiresScope(Scope.PROJECTS_READ)
  public Envelope<Body> get(@Auth Caller caller, @PathParam("id") String id) {
    return marked(Envelope.of(Body.of(catalog.get(caller, id))));
  }

  private <T> Envelope<T> marked(Envelope<T> answer) {
    return catalog
        .staleSince()
        .map(since -> answer.withMeta("stale", true).withMeta("stale_since", since))
        .orElse(answer);
  }

  /// One project on the wire.
  public record Body(
      String id,
      String name,
      String status,
      @Nullable String podName,
      Instant lastSeen,
      Map<String, String> labels,
      Map<String, String> annotations,
      List<String> warnings) {
    static Body of(Project project) {
      return new Body(
          project.id(),
          project.name(),
          project.status(),
          project.podName(),
          project.lastSeen(),
          project.labels(),
          project.annotations(),
          project.warnings());
    }
  }
}
