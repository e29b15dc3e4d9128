package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.LiveAnswer;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.http.Caller;
import jakarta.servlet.http.HttpServletRequest;
import java.time.InstantSource;
import java.util.Map;

/// Answers requests with events: of a command, until it completes, or of a project.
///
/// To be called from a resource method with a `@Suspended AsyncResponse`, which is never resumed
/// once a method here has returned. The methods return at once; nothing of the request is held but
/// the open answer.
public final class EventAnswer implements LiveAnswer {

  private final OutputLog log;
  private final CommandLookup commands;
  private final ProjectEvents life;
  private final OpenStreams streams;
  private final EventJson json;

  EventAnswer(
      OutputLog log,
      CommandLookup commands,
      ProjectEvents life,
      OpenStreams streams,
      InstantSource clock) {
    this.log = log;
    this.commands = commands;
    this.life = life;
    this.streams = streams;
    this.json = new EventJson(clock);
  }

  /// Makes room for a stream before anything else is done for it; [#stream], [#project] or
  /// [#forget] must follow.
  ///
  /// @throws ai.orchard9.rdev.error.ApiException.Unavailable as many as may be are open already
  @Override
  public void admit() {
    streams.admit();
  }

  /// Gives back the room of an admission that came to nothing.
  @Override
  public void forget() {
    streams.forget();
  }

  @Override
  public void stream(
      HttpServletRequest request, Caller caller, CommandId id, Map<String, String> headers) {
    boolean open = false;
    try {
      Command command = commands.find(id).orElseThrow(StreamErrors::unknownCommand);
      command(request, caller, command, 0, headers);
      open = true;
    } finally {
      if (!open) {
        forget();
      }
    }
  }

  void command(
      HttpServletRequest request,
      Caller caller,
      Command command,
      long after,
      Map<String, String> headers) {
    var source = new CommandEvents(log, commands, json, command, after);
    open(request, caller, command.project(), command.id().value(), source, headers);
  }

  void project(HttpServletRequest request, Caller caller, String project, long after) {
    open(request, caller, project, "", new ProjectLife(life, json, project, after), Map.of());
  }

  private void open(
      HttpServletRequest request,
      Caller caller,
      String project,
      String target,
      Source source,
      Map<String, String> headers) {
    Sink sink = Sink.of(request);
    sink.status(200);
    sink.header("Content-Type", "text/event-stream");
    sink.header("Cache-Control", "no-store");
    sink.header("X-Accel-Buffering", "no");
    headers.forEach(sink::header);
    streams.open(project, target, caller, source, sink);
  }
}
