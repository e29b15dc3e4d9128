package ai.orchard9.rdev.console;

import ai.orchard9.rdev.claudeconfig.ClaudeConfigService;
import ai.orchard9.rdev.claudeconfig.ConfigFile;
import ai.orchard9.rdev.claudeconfig.ConfigKind;
import ai.orchard9.rdev.claudeconfig.ConfigList;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.project.ProjectCatalog;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// `/console/projects/{id}/claude-config`: the files that a project's agent reads.
@Path("/console/projects/{id}/claude-config")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class ClaudeConfigPages {
  private final ProjectCatalog projects;
  private final ClaudeConfigService configuration;

  ClaudeConfigPages(ProjectCatalog projects, ClaudeConfigService configuration) {
    this.projects = projects;
    this.configuration = configuration;
  }

  /// All files. Public only because Thymeleaf reads it.
  ///
  /// @param id of the project
  /// @param name of the project
  /// @param form what was typed and refused; empty else
  /// @param writable whether the reader may make some
  public record ListPage(
      String id, String name, List<Kind> kinds, ClaudeConfigForm form, boolean writable) {}

  /// All files of one kind. Public only because Thymeleaf reads it.
  ///
  /// @param path where they are
  /// @param more whether there are more than are shown
  public record Kind(String kind, String noun, String path, List<Row> rows, boolean more) {
    static Kind of(ConfigKind kind, ConfigList list) {
      return new Kind(
          kind.wire(),
          kind.noun(),
          kind.path("NAME"),
          list.entries().stream()
              .map(it -> new Row(it.name(), Words.bytes(it.size()), When.of(it.modifiedAt())))
              .toList(),
          list.truncated());
    }
  }

  /// A file in a list. Public only because Thymeleaf reads it.
  public record Row(String name, String size, When modified) {}

  /// One file. Public only because Thymeleaf reads it.
  ///
  /// @param id of the project
  /// @param project its name
  /// @param shown the content; behind a line end, which browsers leave out
  /// @param form the content, or what was typed instead and refused
  /// @param editable whether a form would send back what it was given
  /// @param writable whether the reader may change it
  public record FilePage(
      String id,
      String project,
      String kind,
      String noun,
      String name,
      String path,
      String size,
      When modified,
      String shown,
      ClaudeConfigForm form,
      boolean editable,
      boolean writable) {}

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public View list(@Auth Caller caller, @PathParam("id") String id) {
    return list(caller, id, ClaudeConfigForm.EMPTY);
  }

  private View list(Caller caller, String id, ClaudeConfigForm form) {
    var project = projects.get(caller, id);
    Map<ConfigKind, ConfigList> lists = configuration.list(caller, id);
    var kinds =
        Arrays.stream(ConfigKind.values())
            .map(it -> Kind.of(it, Objects.requireNonNull(lists.get(it))))
            .toList();
    return new View(
        "claude-config",
        "Configuration of " + project.name(),
        Area.PROJECTS,
        new ListPage(id, project.name(), kinds, form, mayWrite(caller)));
  }

  private static boolean mayWrite(Caller caller) {
    return caller.has(Scope.PROJECTS_EXECUTE) && ClaudeConfigService.mayWrite(caller);
  }

  /// Makes one and goes to its page; or says what is wrong, and keeps what was typed.
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response create(
      @Auth Caller caller,
      @PathParam("id") String id,
      MultivaluedMap<String, String> form,
      @Context RequestContext request) {
    var typed = ClaudeConfigForm.of(form);
    try {
      configuration.write(caller, id, typed.kind(), typed.name(), typed.content(), false, request);
      return Response.seeOther(Notice.CONFIG_WRITTEN.on(here(id, typed.kind(), typed.name())))
          .build();
    } catch (ApiException.BadRequest | ApiException.Conflict refused) {
      return Response.status(refused.code().status())
          .entity(list(caller, id, typed.refused(refused)))
          .build();
    }
  }

  @GET
  @Path("/{kind}/{name}")
  @RequiresScope(Scope.PROJECTS_READ)
  public View show(
      @Auth Caller caller,
      @PathParam("id") String id,
      @PathParam("kind") String kind,
      @PathParam("name") String name) {
    var file = configuration.get(caller, id, kind, name);
    return page(caller, id, kind, file, ClaudeConfigForm.of(kind, file));
  }

  private View page(Caller caller, String id, String kind, ConfigFile file, ClaudeConfigForm form) {
    var there = ConfigKind.find(kind).orElseThrow();
    var entry = file.entry();
    return new View(
        "claude-config-file",
        entry.name(),
        Area.PROJECTS,
        new FilePage(
            id,
            projects.get(caller, id).name(),
            kind,
            there.noun(),
            entry.name(),
            there.path(entry.name()),
            Words.bytes(entry.size()),
            When.of(entry.modifiedAt()),
            "\n" + file.content(),
            form,
            ClaudeConfigForm.keeps(file.content()),
            mayWrite(caller)));
  }

  /// Changes one, unless somebody else has since it was shown; then the form comes back, with what
  /// was typed.
  @POST
  @Path("/{kind}/{name}")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response change(
      @Auth Caller caller,
      @PathParam("id") String id,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      MultivaluedMap<String, String> form,
      @Context RequestContext request) {
    var typed = ClaudeConfigForm.of(form);
    var file = configuration.get(caller, id, kind, name);
    try {
      typed.checkUnchanged(file);
      configuration.write(caller, id, kind, name, typed.content(), true, request);
      return Response.seeOther(Notice.CONFIG_WRITTEN.on(here(id, kind, name))).build();
    } catch (ApiException.BadRequest | ApiException.Conflict refused) {
      var again = typed.on(file).refused(refused);
      return Response.status(refused.code().status())
          .entity(page(caller, id, kind, file, again))
          .build();
    }
  }

  /// Asks first, unless that was done.
  @POST
  @Path("/{kind}/{name}/delete")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response delete(
      @Auth Caller caller,
      @PathParam("id") String id,
      @PathParam("kind") String kind,
      @PathParam("name") String name,
      MultivaluedMap<String, String> form,
      @Context RequestContext request) {
    if (!"yes".equals(form.getFirst("confirmed"))) {
      var file = configuration.get(caller, id, kind, name);
      var itself = here(id, kind, file.entry().name());
      var all = kind.equals(ConfigKind.SKILLS.wire()) ? ", with all files of its folder" : "";
      var question =
          "Delete the %s %s%s?"
              .formatted(ConfigKind.find(kind).orElseThrow().noun(), file.entry().name(), all);
      var page = new CommandPages.ConfirmPage(question, itself + "/delete", "Delete", itself);
      return Response.ok(new View("confirm", "Delete?", Area.PROJECTS, page)).build();
    }
    configuration.delete(caller, id, kind, name, request);
    return Response.seeOther(Notice.CONFIG_DELETED.on(here(id))).build();
  }

  private static String here(String project) {
    return "/console/projects/" + project + "/claude-config";
  }

  private static String here(String project, String kind, String name) {
    return here(project) + "/" + kind + "/" + name;
  }
}
