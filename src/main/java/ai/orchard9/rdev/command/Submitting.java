package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.queue.Standing;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Envelope;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.project.ProjectCatalog;
import ai.orchard9.rdev.tracing.Traceparent;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the three submitting resources share: check, queue, and answer in the way the client asks
/// for: at once, when the command has finished, or with its events.
final class Submitting {
  private static final String EVENTS = "text/event-stream";

  private final CommandService service;
  private final ProjectCatalog projects;
  private final SubmissionRules rules;
  private final CommandViews views;
  private final Waiting waiting;
  private final LiveAnswer live;

  Submitting(
      CommandService service,
      ProjectCatalog projects,
      SubmissionRules rules,
      CommandViews views,
      Waiting waiting,
      LiveAnswer live) {
    this.service = service;
    this.projects = projects;
    this.rules = rules;
    this.views = views;
    this.waiting = waiting;
    this.live = live;
  }

  /// The servlet's side of a call, which an event stream takes over.
  record Exchange(HttpServletRequest request, AsyncResponse answer) {}

  void submit(Caller caller, String project, @Nullable SubmitRequest body, Exchange exchange) {
    projects.get(caller, project);
    var given = SubmissionRules.required(body);
    var submission = rules.check(given);
    var request = exchange.request();
    var origin = origin(request, given);
    if (wantsEvents(request)) {
      answerWithEvents(caller, project, submission, origin, request);
      return;
    }
    var submitted = service.submit(caller, project, submission, origin);
    var wait = Preference.wait(request.getHeader("Prefer"));
    if (wait.isEmpty() || !answerWhenFinished(submitted, wait.get(), exchange.answer())) {
      exchange.answer().resume(accepted(submitted).build());
    }
  }

  /// Room for the stream comes first: a refusal must leave nothing running.
  private void answerWithEvents(
      Caller caller,
      String project,
      Submission submission,
      CommandService.Origin origin,
      HttpServletRequest request) {
    live.admit();
    var taken = false;
    try {
      var submitted = service.submit(caller, project, submission, origin);
      taken = true;
      live.stream(request, caller, submitted.command().id(), headers(submitted));
    } finally {
      if (!taken) {
        live.forget();
      }
    }
  }

  private boolean answerWhenFinished(
      CommandService.Submitted submitted, Duration wait, AsyncResponse answer) {
    var applied = "wait=" + wait.toSeconds();
    return waiting.whenFinished(
        submitted.command().id(),
        wait,
        finished -> {
          var now = reread(submitted);
          var response =
              finished
                  ? with(headers(now), Response.ok(Envelope.of(views.withOutput(now.command()))))
                  : accepted(now);
          answer.resume(response.header("Preference-Applied", applied).build());
        },
        answer::resume);
  }

  private CommandService.Submitted reread(CommandService.Submitted submitted) {
    var id = submitted.command().id();
    var position = service.standing(id).map(Standing::position).orElse(null);
    var now = views.reread(submitted.command());
    return new CommandService.Submitted(now, position, submitted.replayed());
  }

  private static Response.ResponseBuilder accepted(CommandService.Submitted submitted) {
    return with(
        headers(submitted), Response.accepted(Envelope.of(SubmittedResponse.of(submitted))));
  }

  private static Response.ResponseBuilder with(
      Map<String, String> headers, Response.ResponseBuilder response) {
    headers.forEach(response::header);
    return response;
  }

  private static Map<String, String> headers(CommandService.Submitted submitted) {
    var location = location(submitted.command());
    return submitted.replayed()
        ? Map.of("Location", location, IdempotencyHeader.REPLAYED, "true")
        : Map.of("Location", location);
  }

  private static String location(Command command) {
    return "/commands/" + command.id();
  }

  /// Listed by name: `*/*` of curl means JSON.
  private static boolean wantsEvents(HttpServletRequest request) {
    var accepts = request.getHeaders("Accept");
    while (accepts.hasMoreElements()) {
      if (accepts.nextElement().toLowerCase(Locale.ROOT).contains(EVENTS)) {
        return true;
      }
    }
    return false;
  }

  private static CommandService.Origin origin(HttpServletRequest request, SubmitRequest body) {
    return new CommandService.Origin(
        RequestContext.of(request),
        Traceparent.parse(request.getHeader("traceparent")).orElse(null),
        IdempotencyHeader.read(request, body));
  }
}
