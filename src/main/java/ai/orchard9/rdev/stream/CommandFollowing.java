package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.http.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Follows a command, by whichever of its two paths the client came.
record CommandFollowing(EventAnswer answer, CommandLookup commands) {

  void follow(
      Caller caller,
      @Nullable String project,
      String id,
      LastEventId from,
      HttpServletRequest request,
      AsyncResponse suspended) {
    answer.admit();
    boolean open = false;
    try {
      Command command =
          CommandId.parse(id)
              .flatMap(commands::find)
              .filter(it -> caller.mayUse(it.project()))
              .filter(it -> project == null || project.equals(it.project()))
              .orElseThrow(StreamErrors::unknownCommand);
      boolean isFinal = command.status().isFinal();
      long complete = command.lastEventId() + 1;
      long after = from.notBeyond(isFinal ? complete : command.lastEventId());
      if (isFinal && after == complete) {
        suspended.resume(Response.noContent().build());
      } else if ("HEAD".equals(request.getMethod())) {
        suspended.resume(Response.ok().type("text/event-stream").build());
      } else {
        answer.command(request, caller, command, after, Map.of());
        open = true;
      }
    } finally {
      if (!open) {
        answer.forget();
      }
    }
  }
}
