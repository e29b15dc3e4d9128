package ai.orchard9.rdev.console;

import ai.orchard9.rdev.command.CommandFilter;
import ai.orchard9.rdev.command.CommandRequests;
import ai.orchard9.rdev.command.CommandService;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.queue.Overview;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Json;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.project.Project;
import ai.orchard9.rdev.project.ProjectCatalog;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `/console/projects`: what can be worked in, and running something there.
@Path("/console/projects")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class ProjectPages {
  private static final int RECENT = 10;

  /// On one page: of each the last command is looked up.
  private static final int MOST = 50;

  private final ProjectCatalog catalog;
  private final CommandService commands;
  private final CommandRequests requests;
  private final Overview queue;

  ProjectPages(
      ProjectCatalog catalog, CommandService commands, CommandRequests requests, Overview queue) {
    this.catalog = catalog;
    this.commands = commands;
    this.requests = requests;
    this.queue = queue;
  }

  /// A line of the list. Public only because Thymeleaf reads it.
  public record Row(
      String id,
      String name,
      String status,
      @Nullable String podName,
      List<String> warnings,
      int running,
      int pending,
      boolean paused,
      @Nullable CommandRow last) {}

  /// The list. Public only because Thymeleaf reads it.
  ///
  /// @param staleSince since when the list may be out of date; null: it is not
  /// @param leftOut what looked like a project and was none, and why; empty for who may not see all
  /// @param next where further ones are; null: there are none
  public record ListPage(
      List<Row> rows, @Nullable When staleSince, List<String> leftOut, @Nullable String next) {}

  /// One project. Public only because Thymeleaf reads it.
  ///
  /// @param form what was asked for and refused; the defaults else
  public record ProjectPage(
      String id,
      String name,
      String status,
      @Nullable String podName,
      When lastSeen,
      Map<String, String> labels,
      Map<String, String> annotations,
      List<String> warnings,
      @Nullable When staleSince,
      Overview.ProjectLine line,
      List<CommandRow> recent,
      List<String> types,
      RunForm form) {}

  /// What is to be run. Public only because Thymeleaf reads it.
  ///
  /// @param session that a claude run goes on with; empty: with none
  /// @param error why it was refused; null: it was not
  public record RunForm(
      String type,
      String text,
      String timeout,
      String priority,
      String workdir,
      String session,
      @Nullable String error) {
    static final RunForm EMPTY = new RunForm("shell", "", "", "normal", "", "", null);

    static RunForm goingOn(String session) {
      return session.isEmpty() ? EMPTY : new RunForm("claude", "", "", "normal", "", session, null);
    }
  }

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public View list(@Auth Caller caller, @QueryParam("after") @DefaultValue("") String after) {
    var projects =
        catalog.list(caller).stream()
            .filter(it -> it.id().compareTo(after) > 0)
            .limit(MOST + 1)
            .toList();
    var lines = lines(caller);
    var rows = projects.stream().limit(MOST).map(it -> row(caller, it, lines)).toList();
    var next = projects.size() > MOST ? "/console/projects?after=" + rows.getLast().id() : null;
    var leftOut = caller.projects().isEmpty() ? catalog.leftOut() : List.<String>of();
    return new View(
        "projects", "Projects", Area.PROJECTS, new ListPage(rows, staleSince(), leftOut, next));
  }

  private Map<String, Overview.ProjectLine> lines(Caller caller) {
    return queue.picture(List.of(), caller::mayUse).projects().stream()
        .collect(Collectors.toMap(Overview.ProjectLine::id, Function.identity()));
  }

  private static Overview.ProjectLine line(Map<String, Overview.ProjectLine> lines, String id) {
    return Objects.requireNonNullElseGet(
        lines.get(id), () -> new Overview.ProjectLine(id, 0, 0, false));
  }

  private Row row(Caller caller, Project project, Map<String, Overview.ProjectLine> lines) {
    var line = line(lines, project.id());
    return new Row(
        project.id(),
        project.name(),
        project.status(),
        project.podName(),
        project.warnings(),
        line.running(),
        line.pending(),
        line.paused(),
        recent(caller, project.id(), 1).stream().findFirst().orElse(null));
  }

  private List<CommandRow> recent(Caller caller, String project, int rows) {
    var filter = new CommandFilter(project, null, null, null, null, null);
    return commands.list(caller, filter, rows, Optional.empty()).stream()
        .map(CommandRow::of)
        .toList();
  }

  private @Nullable When staleSince() {
    return When.ofNullable(catalog.staleSince().orElse(null));
  }

  @GET
  @Path("/{id}")
  @RequiresScope(Scope.PROJECTS_READ)
  public View show(
      @Auth Caller caller,
      @PathParam("id") String id,
      @QueryParam("session") @DefaultValue("") String session) {
    return page(caller, id, RunForm.goingOn(session));
  }

  private View page(Caller caller, String id, RunForm form) {
    var project = catalog.get(caller, id);
    var types = List.of("shell", "git", "claude").stream().filter(caller::mayRun).toList();
    return new View(
        "project",
        project.name(),
        Area.PROJECTS,
        new ProjectPage(
            project.id(),
            project.name(),
            project.status(),
            project.podName(),
            When.of(project.lastSeen()),
            new TreeMap<>(project.labels()),
            new TreeMap<>(project.annotations()),
            project.warnings(),
            staleSince(),
            line(lines(caller), project.id()),
            recent(caller, id, RECENT),
            types,
            form));
  }

  /// Runs something, and goes to its page; or says what is wrong with it, and keeps it.
  @POST
  @Path("/{id}")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response run(
      @Auth Caller caller,
      @PathParam("id") String id,
      MultivaluedMap<String, String> form,
      @Context ContainerRequestContext exchange,
      @Context RequestContext request) {
    KeptForm.keep(exchange, error -> page(caller, id, form(form, error.message())));
    var asked = form(form, null);
    var type = CommandType.find(asked.type()).orElseThrow(() -> bad("type", "is none"));
    var command = requests.submit(caller, id, type, body(type, asked), request);
    return Response.seeOther(URI.create("/console/commands/" + command.id())).build();
  }

  private static RunForm form(MultivaluedMap<String, String> form, @Nullable String error) {
    return new RunForm(
        text(form, "type"),
        text(form, "text").replace("\r\n", "\n"),
        text(form, "timeout"),
        text(form, "priority"),
        text(form, "workdir"),
        text(form, "session"),
        error);
  }

  private static String text(MultivaluedMap<String, String> form, String name) {
    return Objects.requireNonNullElse(form.getFirst(name), "");
  }

  private static ObjectNode body(CommandType type, RunForm asked) {
    var body = Json.newMapper().createObjectNode();
    switch (type) {
      case SHELL -> body.put("command", asked.text());
      case GIT -> GitWords.of(asked.text()).forEach(body.putArray("args")::add);
      case CLAUDE -> body.put("prompt", asked.text());
    }
    if (!asked.timeout().isBlank()) {
      body.put("timeout_seconds", number(asked.timeout()));
    }
    body.put("priority", asked.priority().isEmpty() ? null : asked.priority());
    if (type == CommandType.CLAUDE && !asked.session().isBlank()) {
      body.put("session_id", asked.session().strip());
    }
    body.put("workdir", asked.workdir().isBlank() ? null : asked.workdir().strip());
    return body;
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw bad("timeout_seconds", "must be 1–86,400");
    }
  }

  private static ApiException bad(String field, String message) {
    return ApiException.badField(field, message);
  }
}
