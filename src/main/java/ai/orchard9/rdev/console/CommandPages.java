package ai.orchard9.rdev.console;

import ai.orchard9.rdev.command.CommandFilter;
import ai.orchard9.rdev.command.CommandModule;
import ai.orchard9.rdev.command.CommandRequests;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/console/commands`: what was asked and what became of it.
@Path("/console/commands")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class CommandPages {
  private static final String QUEUE = "/console/queue";
  private static final String HERE = "/console/commands/";
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final CommandModule commands;
  private final CommandRequests requests;
  private final OutputLog output;

  CommandPages(CommandModule commands, OutputLog output) {
    this.commands = commands;
    this.requests = commands.requests();
    this.output = output;
  }

  /// What the list was asked for. Public only because Thymeleaf reads it.
  public record Filter(
      @Nullable String project,
      @Nullable String status,
      @Nullable String type,
      @Nullable String keyId,
      @Nullable String since,
      @Nullable String until) {
    boolean isAny() {
      return equals(new Filter(null, null, null, null, null, null));
    }
  }

  /// The list. Public only because Thymeleaf reads it.
  ///
  /// @param next where older ones are; null: there are none
  /// @param all whether nothing was filtered
  public record ListPage(
      List<CommandRow> rows,
      Filter filter,
      List<String> statuses,
      List<String> types,
      @Nullable String next,
      boolean all) {}

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public View list(
      @Auth Caller caller,
      @BeanParam Page page,
      @QueryParam("project") @Nullable String project,
      @QueryParam("status") @Nullable String status,
      @QueryParam("type") @Nullable String type,
      @QueryParam("key_id") @Nullable String keyId,
      @QueryParam("since") @Nullable String since,
      @QueryParam("until") @Nullable String until,
      @Context UriInfo here) {
    var asked =
        new Filter(
            Paging.given(project),
            Paging.given(status),
            Paging.given(type),
            Paging.given(keyId),
            Paging.time(since),
            Paging.time(until));
    var filter =
        CommandFilter.parse(
            asked.project(),
            asked.status(),
            asked.type(),
            asked.keyId(),
            asked.since(),
            asked.until());
    var rows =
        commands.service().list(caller, filter, page.fetch(), page.cursor(CommandFilter.LIST, 2));
    var shown = page.of(rows, it -> Cursor.of(CommandFilter.LIST, it.createdAt(), it.id()));
    return new View(
        "commands",
        "Commands",
        Area.COMMANDS,
        new ListPage(
            shown.data().stream().map(CommandRow::of).toList(),
            asked,
            Arrays.stream(CommandStatus.values()).map(CommandStatus::wire).toList(),
            Arrays.stream(CommandType.values()).map(CommandType::wire).toList(),
            Paging.next(here, shown),
            asked.isAny()));
  }

  @GET
  @Path("/{id}")
  @RequiresScope(Scope.PROJECTS_READ)
  public View show(
      @Auth Caller caller,
      @PathParam("id") String id,
      @Context UriInfo here,
      @Context RequestContext request) {
    var command = commands.service().get(caller, id);
    var address = here.getBaseUriBuilder().scheme(request.secure() ? "https" : "http").build();
    var page =
        CommandPage.of(
            command,
            commands.pending(command),
            OutputTail.of(output, command),
            address.toString().replaceAll("/$", ""));
    return new View("command", command.id().value(), Area.COMMANDS, page);
  }

  /// What is asked once more before it is done. Public only because Thymeleaf reads it.
  public record ConfirmPage(String question, String action, String button, String back) {}

  /// Asks first, unless that was done.
  @POST
  @Path("/{id}/cancel")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response cancel(
      @Auth Caller caller,
      @PathParam("id") String id,
      MultivaluedMap<String, String> form,
      @Context RequestContext request) {
    if (!"yes".equals(form.getFirst("confirmed"))) {
      var command = commands.service().get(caller, id);
      var page =
          new ConfirmPage(
              "Cancel " + command.id() + "?", HERE + id + "/cancel", "Cancel", back(form, id));
      return Response.ok(new View("confirm", "Cancel?", Area.COMMANDS, page)).build();
    }
    var command = commands.service().cancel(caller, id, GRACE, request);
    var notice = command.status().isFinal() ? Notice.CANCELLED : Notice.CANCELLING;
    return Response.seeOther(notice.on(back(form, id))).build();
  }

  @POST
  @Path("/{id}/again")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response again(
      @Auth Caller caller, @PathParam("id") String id, @Context RequestContext request) {
    var command = commands.service().get(caller, id);
    var again =
        requests.submit(
            caller, command.project(), command.type(), CommandRequests.bodyOf(command), request);
    return Response.seeOther(URI.create(HERE + again.id())).build();
  }

  @POST
  @Path("/{id}/priority")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response prioritize(
      @Auth Caller caller,
      @PathParam("id") String id,
      MultivaluedMap<String, String> form,
      @Context RequestContext request) {
    var priority =
        Optional.ofNullable(form.getFirst("priority"))
            .flatMap(Priority::find)
            .orElseThrow(
                () -> ApiException.badField("priority", "must be low, normal, high or urgent"));
    commands.service().prioritize(caller, id, priority, request);
    return Response.seeOther(Notice.PRIORITY_CHANGED.on(back(form, id))).build();
  }

  /// The page that it was done on.
  private static String back(MultivaluedMap<String, String> form, String id) {
    return "queue".equals(form.getFirst("back")) ? QUEUE : HERE + id;
  }
}
