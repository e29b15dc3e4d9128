package ai.orchard9.rdev;

import ai.orchard9.rdev.command.CommandId;
import ai.orchard9.rdev.command.LiveAnswer;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.stream.EventAnswer;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;

/// Joins submitting to streaming, which must not know each other.
record LiveEvents(EventAnswer events) implements LiveAnswer {

  @Override
  public void admit() {
    events.admit();
  }

  @Override
  public void forget() {
    events.forget();
  }

  @Override
  public void stream(
      HttpServletRequest request, Caller caller, CommandId id, Map<String, String> headers) {
    events.command(request, caller, id, 0, headers);
  }
}
