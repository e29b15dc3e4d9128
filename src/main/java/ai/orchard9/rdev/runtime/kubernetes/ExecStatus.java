package ai.orchard9.rdev.runtime.kubernetes;

import ai.orchard9.rdev.runtime.Exit;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The last frame of an exec: a Kubernetes `Status` that tells how its program ended.
final class ExecStatus {
  private ExecStatus() {}

  static Exit parse(ByteBuffer frame) {
    var text = StandardCharsets.UTF_8.decode(frame).toString();
    try {
      return exit(Serialization.unmarshal(text, Status.class));
    } catch (RuntimeException e) {
      return new Exit.Unknown("unreadable status: " + head(text));
    }
  }

  private static Exit exit(@Nullable Status status) {
    if (status == null) {
      return new Exit.Unknown("empty status");
    }
    if ("Success".equals(status.getStatus())) {
      return new Exit.Exited(0);
    }
    if ("NonZeroExitCode".equals(status.getReason()) && status.getDetails() != null) {
      List<StatusCause> causes = status.getDetails().getCauses();
      for (StatusCause cause : causes == null ? List.<StatusCause>of() : causes) {
        if ("ExitCode".equals(cause.getReason())) {
          return new Exit.Exited(Integer.parseInt(cause.getMessage()));
        }
      }
    }
    return failure(String.valueOf(status.getMessage()));
  }

  /// Runtimes have no code of their own for a missing program, only words.
  private static Exit failure(String message) {
    if (message.contains("executable file not found")
        || message.contains("no such file or directory")) {
      return new Exit.NotStarted("no shell in the image: sh was not found");
    }
    return new Exit.Unknown(head(message));
  }

  private static String head(String text) {
    return text.substring(0, Math.min(text.length(), 300)).replaceAll("\\p{Cntrl}", " ");
  }
}
