package ai.orchard9.rdev.console;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.audit.Outcome;
import ai.orchard9.rdev.command.CommandFilter;
import ai.orchard9.rdev.command.CommandService;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.queue.Overview;
import ai.orchard9.rdev.command.queue.Pauses;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.command.queue.Standing;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.project.Project;
import ai.orchard9.rdev.project.ProjectCatalog;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `/console/queue`: what waits and what runs, and holding it.
@Path("/console/queue")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class QueuePages {
  private static final String HERE = "/console/queue";
  private static final int MOST_COMMANDS = 50;
  private static final int MOST_PROJECTS = 100;

  /// To tell a command's place, all before it are counted: not in a line longer than this.
  private static final int LONGEST_COUNTED = 1000;

  private final ProjectCatalog projects;
  private final CommandService commands;
  private final Overview overview;
  private final Pauses pauses;
  private final AuditLog audit;

  QueuePages(ProjectCatalog projects, CommandService commands, QueueModule queue, AuditLog audit) {
    this.projects = projects;
    this.commands = commands;
    this.overview = queue.overview();
    this.pauses = queue.pauses();
    this.audit = audit;
  }

  /// The queue. Public only because Thymeleaf reads it.
  ///
  /// @param pending by priority, the most urgent first
  /// @param oldest how long the oldest has been waiting; null: nothing waits
  /// @param paused null: the whole queue is not
  /// @param concurrent how many commands of one project run at once
  /// @param lines of projects: those that are held first, then the busiest
  /// @param leftOut how many projects are not shown
  /// @param waiting the newest of what waits
  /// @param whole whether this caller is one for the whole queue
  public record QueuePage(
      List<Count> pending,
      int waitingCount,
      int running,
      @Nullable String oldest,
      @Nullable Held paused,
      int concurrent,
      List<Line> lines,
      int leftOut,
      List<Waiting> waiting,
      boolean whole) {}

  /// What waits of one priority. Public only because Thymeleaf reads it.
  public record Count(String priority, int count) {}

  /// A pause. Public only because Thymeleaf reads it.
  ///
  /// @param by null for who is not to know
  public record Held(When since, @Nullable String by) {}

  /// One project. Public only because Thymeleaf reads it.
  ///
  /// @param paused null: it is not
  public record Line(String id, int pending, int running, @Nullable Held paused) {}

  /// A command that waits. Public only because Thymeleaf reads it.
  ///
  /// @param position in the line of its project, 1 = next; null: not counted, or it has just left
  public record Waiting(CommandRow row, String priority, @Nullable Integer position) {}

  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public View show(@Auth Caller caller) {
    var holds =
        pauses.list().stream()
            .collect(Collectors.toMap(Pauses.Pause::project, Function.identity()));
    var picture = picture(caller, holds);
    var lines = lines(picture, caller, holds);
    var all = holds.get(Optional.<String>empty());
    var waiting = picture.pending().values().stream().mapToInt(it -> it).sum();
    return new View(
        "queue",
        "Queue",
        Area.QUEUE,
        new QueuePage(
            counts(picture.pending()),
            waiting,
            picture.running(),
            waiting == 0 ? null : Words.duration(picture.oldestPendingSeconds() * 1000),
            all == null ? null : held(all, caller),
            picture.concurrentCommands(),
            lines.stream().limit(MOST_PROJECTS).toList(),
            Math.max(0, lines.size() - MOST_PROJECTS),
            waiting(caller, picture),
            caller.projects().isEmpty()));
  }

  private Overview.Picture picture(Caller caller, Map<Optional<String>, Pauses.Pause> holds) {
    var known = new ArrayList<>(projects.list(caller).stream().map(Project::id).toList());
    // One that is not there any more, or not yet, may be held.
    holds.keySet().forEach(it -> it.filter(caller::mayUse).ifPresent(known::add));
    return overview.picture(known, caller::mayUse);
  }

  private static List<Count> counts(Map<Priority, Integer> pending) {
    return pending.entrySet().stream()
        .sorted(Map.Entry.<Priority, Integer>comparingByKey().reversed())
        .map(it -> new Count(it.getKey().wire(), it.getValue()))
        .toList();
  }

  private static List<Line> lines(
      Overview.Picture picture, Caller caller, Map<Optional<String>, Pauses.Pause> holds) {
    return picture.projects().stream()
        .map(
            it -> {
              var hold = holds.get(Optional.of(it.id()));
              return new Line(
                  it.id(), it.pending(), it.running(), hold == null ? null : held(hold, caller));
            })
        .sorted(
            Comparator.comparing((Line it) -> it.paused() == null)
                .thenComparingInt(it -> -it.pending() - it.running())
                .thenComparing(Line::id))
        .toList();
  }

  /// Names of keys are for those who may hold the queue themselves.
  private static Held held(Pauses.Pause pause, Caller caller) {
    return new Held(When.of(pause.since()), caller.has(Scope.ADMIN) ? pause.by() : null);
  }

  private List<Waiting> waiting(Caller caller, Overview.Picture picture) {
    var lengths =
        picture.projects().stream()
            .collect(Collectors.toMap(Overview.ProjectLine::id, Overview.ProjectLine::pending));
    var filter = new CommandFilter(null, CommandStatus.PENDING, null, null, null, null);
    return commands.list(caller, filter, MOST_COMMANDS, Optional.empty()).stream()
        .map(
            it ->
                new Waiting(
                    CommandRow.of(it),
                    it.priority().wire(),
                    lengths.getOrDefault(it.project(), 0) > LONGEST_COUNTED ? null : position(it)))
        .toList();
  }

  private @Nullable Integer position(Command command) {
    return commands.standing(command.id()).map(Standing::position).orElse(null);
  }

  @POST
  @Path("/pause")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.ADMIN)
  public Response pause(
      @Auth Caller caller, MultivaluedMap<String, String> form, @Context RequestContext request) {
    var project = project(caller, form);
    var entry = entry(caller, "queue.paused", project, request);
    pauses.pause(project, caller.keyName(), transaction -> audit.append(transaction, entry));
    var notice = project.isEmpty() ? Notice.QUEUE_PAUSED : Notice.PROJECT_PAUSED;
    return Response.seeOther(notice.on(HERE)).build();
  }

  @POST
  @Path("/resume")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.ADMIN)
  public Response resume(
      @Auth Caller caller, MultivaluedMap<String, String> form, @Context RequestContext request) {
    var project = project(caller, form);
    var entry = entry(caller, "queue.resumed", project, request);
    pauses.resume(project, transaction -> audit.append(transaction, entry));
    var notice = project.isEmpty() ? Notice.QUEUE_RESUMED : Notice.PROJECT_RESUMED;
    return Response.seeOther(notice.on(HERE)).build();
  }

  /// Which project it is about; empty: the whole queue.
  ///
  /// @throws ApiException.Forbidden that is more than the caller's projects
  /// @throws ApiException.NotFound none that there is, or was, or is held
  private Optional<String> project(Caller caller, MultivaluedMap<String, String> form) {
    var project = Optional.ofNullable(Paging.given(form.getFirst("project")));
    if (project.isEmpty() && caller.projects().isPresent()) {
      throw new ApiException.Forbidden("this key is for some projects, not for the whole queue");
    }
    if (project.isPresent() && !isThere(caller, project.get())) {
      throw new ApiException.NotFound("project not found");
    }
    return project;
  }

  private boolean isThere(Caller caller, String project) {
    var holds =
        pauses.list().stream()
            .collect(Collectors.toMap(Pauses.Pause::project, Function.identity()));
    return picture(caller, holds).projects().stream().anyMatch(it -> it.id().equals(project));
  }

  private static AuditEntry entry(
      Caller caller, String action, Optional<String> project, RequestContext request) {
    return new AuditEntry(
        Actor.of(caller), action, request, project.orElse(null), null, Outcome.ALLOWED, Map.of());
  }
}
