package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.life.ProjectEvent;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.output.Next;
import ai.orchard9.rdev.http.Timestamps;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// The data of events that are no output, with the contract's fields in the contract's order.
final class EventJson {

  private final ObjectMapper mapper = new ObjectMapper();
  private final InstantSource clock;

  EventJson(InstantSource clock) {
    this.clock = clock;
  }

  byte[] connected(Command command, boolean reconnecting) {
    return bytes(
        mapper
            .createObjectNode()
            .put("project", command.project())
            .put("stream_id", command.id().value())
            .put("reconnecting", reconnecting)
            .put("status", command.status().wire()));
  }

  byte[] connected(String project, boolean reconnecting) {
    return bytes(
        mapper
            .createObjectNode()
            .put("project", project)
            .putNull("stream_id")
            .put("reconnecting", reconnecting)
            .putNull("status"));
  }

  byte[] complete(Command command) {
    ObjectNode data =
        mapper
            .createObjectNode()
            .put("status", command.status().wire())
            .put("exit_code", command.exitCode())
            .put("signal", command.signal());
    if (command.errorCode() == null) {
      data.putNull("error");
    } else {
      data.putObject("error")
          .put("code", command.errorCode())
          .put("message", command.errorMessage());
    }
    data.set("kill", command.killReceipt());
    return bytes(
        data.put("background", command.background())
            .put("duration_ms", command.durationMillis())
            .put("stdout_bytes", command.stdoutBytes())
            .put("stderr_bytes", command.stderrBytes())
            .put("stdout_sha256", command.stdoutSha256())
            .put("stderr_sha256", command.stderrSha256()));
  }

  byte[] gap(Next.Gap gap, String reason) {
    return bytes(
        mapper
            .createObjectNode()
            .put("from_id", gap.fromEventId())
            .put("to_id", gap.toEventId())
            .put("reason", reason));
  }

  byte[] life(ProjectEvent event) {
    @Nullable Integer exitCode = event.exitCode();
    return bytes(
        mapper
            .createObjectNode()
            .put("command_id", event.commandId())
            .put("type", event.type())
            .put("status", event.status())
            .put("exit_code", exitCode)
            .put("at", Timestamps.format(event.at())));
  }

  byte[] heartbeat() {
    Instant now = clock.instant();
    return bytes(mapper.createObjectNode().put("timestamp", Timestamps.format(now)));
  }

  byte[] streamError(String code, String message) {
    return bytes(mapper.createObjectNode().put("code", code).put("message", message));
  }

  private byte[] bytes(ObjectNode node) {
    try {
      return mapper.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
