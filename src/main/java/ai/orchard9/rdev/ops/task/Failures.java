package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.database.DatabaseErrors;
import ai.orchard9.rdev.error.ApiException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How the admin port says that something was not done.
public final class Failures {
  private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

  private Failures() {}

  /// Answers a refusal with its status and reason; anything else with 500, and the log has it.
  ///
  /// @param task the name of what was asked for
  /// @param usage makes the lines of a refusal from its reason: how it is called stands beside it
  public static void answer(
      HttpServletResponse response,
      RuntimeException failure,
      String task,
      Function<String, List<String>> usage)
      throws IOException {
    var refusal = refusal(failure);
    if (refusal.isPresent()) {
      PlainText.write(response, refusal.get().code().status(), usage.apply(refusal.get().detail()));
    } else {
      LOG.atError().addKeyValue("task", task).setCause(failure).log("task failed");
      PlainText.write(response, 500, List.of("error=internal error; the log has more"));
    }
  }

  /// The refusal in a failure; empty when it was not foreseen.
  private static Optional<ApiException> refusal(RuntimeException failure) {
    return failure instanceof ApiException refusal
        ? Optional.of(refusal)
        : DatabaseErrors.refusal(failure);
  }
}
