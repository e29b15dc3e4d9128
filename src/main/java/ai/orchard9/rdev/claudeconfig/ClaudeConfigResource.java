package ai.orchard9.rdev.claudeconfig;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.Envelope;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/projects/{id}/claude-config`: the files that a project's agent reads.
@Path("/projects/{id}/claude-config")
@Produces(MediaType.APPLICATION_JSON)
public final class ClaudeConfigResource {
  private static final String LIST = "claude-config";
  private static final String TRUNCATED = "truncated";

  private final ClaudeConfigService configuration;

  ClaudeConfigResource(ClaudeConfigService configuration) {
    this.configuration = configuration;
  }

  /// Body of what is written.
  record Request(@Nullable String name, @Nullable String content) {}

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public Envelope<ClaudeConfigResponse.Summary> summary(
      @Auth Caller caller, @PathParam("id") String project) {
    var lists = configuration.list(caller, project);
    return marked(
        Envelope.of(ClaudeConfigResponse.Summary.of(lists)),
        lists.values().stream().anyMatch(ConfigList::truncated));
  }

  @GET
  @Path("/{kind}")
  @RequiresScope(Scope.PROJECTS_READ)
  public Envelope<List<ClaudeConfigResponse.Entry>> list(
      @Auth Caller caller,
      @PathParam("id") String project,
      @PathParam("kind") String kind,
      @BeanParam Page page) {
    var after = page.cursor(LIST, 1).map(it -> it.text(0)).orElse("");
    var list = configuration.list(caller, project, kind);
    var rows =
        list.entries().stream()
            .filter(it -> it.name().compareTo(after) > 0)
            .limit(page.fetch())
            .map(ClaudeConfigResponse.Entry::of)
            .toList();
    return marked(page.of(rows, it -> Cursor.of(LIST, it.name())), list.truncated());
  }

  @POST
  @Path("/{kind}")
  @Consumes(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response create(
      @Auth Caller caller,
      @Context RequestContext context,
      @PathParam("id") String project,
      @PathParam("kind") String kind,
      Request request) {
    var written =
        configuration.write(
            caller, project, kind, request.name(), request.content(), false, context);
    return answer(project, kind, written);
  }

  @GET
  @Path("/{kind}/{name}")
  @RequiresScope(Scope.PROJECTS_READ)
  public Envelope<ClaudeConfigResponse.File> get(
      @Auth Caller caller,
      @PathParam("id") String project,
      @PathParam("kind") String kind,
      @PathParam("name") String name) {
    return Envelope.of(
        ClaudeConfigResponse.File.of(configuration.get(caller, project, kind, name)));
  }

  @PUT
  @Path("/{kind}/{name}")
  @Consumes(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response put(
      @Auth Caller caller,
      @Context RequestContext context,
      @PathParam("id") String project,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      Request request) {
    if (request.name() != null && !request.name().equals(name)) {
      throw ConfigErrors.otherName();
    }
    return answer(
        project,
        kind,
        configuration.write(caller, project, kind, name, request.content(), true, context));
  }

  @DELETE
  @Path("/{kind}/{name}")
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public void delete(
      @Auth Caller caller,
      @Context RequestContext context,
      @PathParam("id") String project,
      @PathParam("kind") String kind,
      @PathParam("name") String name) {
    configuration.delete(caller, project, kind, name, context);
  }

  private static Response answer(String project, String kind, ClaudeConfigService.Written written) {
    var body = Envelope.of(ClaudeConfigResponse.File.of(written.file()));
    if (!written.isNew()) {
      return Response.ok(body).build();
    }
    return Response.status(Response.Status.CREATED)
        .header(
            HttpHeaders.LOCATION,
            "/projects/" + project + "/claude-config/" + kind + "/" + written.file().entry().name())
        .entity(body)
        .build();
  }

  private static <T> Envelope<T> marked(Envelope<T> answer, boolean truncated) {
    return truncated ? answer.withMeta(TRUNCATED, true) : answer;
  }
}
