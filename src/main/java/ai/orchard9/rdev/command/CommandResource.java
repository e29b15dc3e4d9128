package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.Envelope;
import ai.orchard9.rdev.http.OptionalBody;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/commands`: what was asked and what became of it.
@Path("/commands")
@Produces(MediaType.APPLICATION_JSON)
public final class CommandResource {
  private static final int DEFAULT_GRACE_SECONDS = 5;
  private static final int LONGEST_GRACE_SECONDS = 60;

  private final CommandService service;
  private final CommandViews views;
  private final Waiting waiting;

  CommandResource(CommandService service, CommandViews views, Waiting waiting) {
    this.service = service;
    this.views = views;
    this.waiting = waiting;
  }

  /// Body of a cancel.
  record CancelRequest(@Nullable Integer graceSeconds) {}

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public Envelope<List<CommandResponse>> list(
      @Auth Caller caller,
      @BeanParam Page page,
      @QueryParam("project") @Nullable String project,
      @QueryParam("status") @Nullable String status,
      @QueryParam("type") @Nullable String type,
      @QueryParam("key_id") @Nullable String keyId,
      @QueryParam("since") @Nullable String since,
      @QueryParam("until") @Nullable String until) {
    var filter = CommandFilter.parse(project, status, type, keyId, since, until);
    var rows = service.list(caller, filter, page.fetch(), page.cursor(CommandFilter.LIST, 2));
    return page.of(
        views.listed(rows), it -> Cursor.of(CommandFilter.LIST, it.createdAt(), it.id()));
  }

  @GET
  @Path("/{id}")
  @RequiresScope(Scope.PROJECTS_READ)
  public void get(
      @Auth Caller caller,
      @PathParam("id") String id,
      @HeaderParam("Prefer") @Nullable String prefer,
      @Suspended AsyncResponse answer) {
    var command = service.get(caller, id);
    var wait = Preference.wait(prefer);
    if (wait.isEmpty() || !answerWhenFinished(caller, command, wait.get(), answer)) {
      answer.resume(Envelope.of(views.full(command)));
    }
  }

  private boolean answerWhenFinished(
      Caller caller, Command command, Duration wait, AsyncResponse answer) {
    return waiting.whenFinished(
        command.id(),
        wait,
        finished -> {
          var now = service.get(caller, command.id().value());
          answer.resume(
              Response.ok(Envelope.of(finished ? views.withOutput(now) : views.full(now)))
                  .header("Preference-Applied", "wait=" + wait.toSeconds())
                  .build());
        },
        answer::resume);
  }

  /// Body of a change.
  record PatchRequest(@Nullable String priority) {}

  @PATCH
  @Path("/{id}")
  @Consumes(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Envelope<CommandResponse> change(
      @Auth Caller caller,
      @PathParam("id") String id,
      @Nullable PatchRequest body,
      @Context RequestContext request) {
    var priority =
        Optional.ofNullable(body)
            .map(PatchRequest::priority)
            .flatMap(Priority::find)
            .orElseThrow(
                () -> ApiException.badField("priority", "must be low, normal, high or urgent"));
    return Envelope.of(views.full(service.prioritize(caller, id, priority, request)));
  }

  @POST
  @Path("/{id}/cancel")
  @Consumes({MediaType.APPLICATION_JSON, MediaType.WILDCARD})
  @RequiresScope(Scope.PROJECTS_EXECUTE)
  public Response cancel(
      @Auth Caller caller,
      @PathParam("id") String id,
      @OptionalBody @Nullable CancelRequest body,
      @Context RequestContext request) {
    var command = service.cancel(caller, id, grace(body), request);
    return Response.accepted(Envelope.of(views.full(command))).build();
  }

  private static Duration grace(@Nullable CancelRequest request) {
    var seconds =
        Optional.ofNullable(request).map(CancelRequest::graceSeconds).orElse(DEFAULT_GRACE_SECONDS);
    if (seconds < 0 || seconds > LONGEST_GRACE_SECONDS) {
      throw ApiException.badField("grace_seconds", "must be 0–60");
    }
    return Duration.ofSeconds(seconds);
  }
}
