package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.database.DatabaseErrors;
import ai.orchard9.rdev.error.ApiException;
import io.dropwizard.core.setup.AdminEnvironment;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/// Puts tasks on the admin port.
public final class AdminTasks {
  private static final String PATH = "/tasks/";

  private AdminTasks() {}

  /// Serves each at `/tasks/<name>`, to nobody but who is on the spot.
  public static void install(AdminEnvironment admin, AuditLog audit, List<AdminTask> tasks) {
    admin
        .addFilter("foreign-requests", new ForeignRequests())
        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, PATH + "*");
    for (var task : tasks) {
      admin
          .addServlet("task-" + task.name(), new TaskServlet(task, audit, AdminTasks::refusal))
          .addMapping(PATH + task.name());
    }
  }

  private static Optional<ApiException> refusal(RuntimeException failure) {
    return failure instanceof ApiException refusal
        ? Optional.of(refusal)
        : DatabaseErrors.refusal(failure);
  }
}
