package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.audit.AuditLog;
import io.dropwizard.core.setup.AdminEnvironment;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.List;

/// Puts tasks on the admin port.
public final class AdminTasks {
  private static final String PATH = "/tasks/";

  private AdminTasks() {}

  /// Serves each at `/tasks/<name>`, to nobody but who is on the spot.
  public static void install(AdminEnvironment admin, AuditLog audit, List<AdminTask> tasks) {
    guard(admin, "tasks", PATH + "*");
    for (var task : tasks) {
      admin
          .addServlet("task-" + task.name(), new TaskServlet(task, audit))
          .addMapping(PATH + task.name());
    }
  }

  /// Keeps requests that web pages send from these paths.
  ///
  /// @param name of the guard, which no other has
  public static void guard(AdminEnvironment admin, String name, String... paths) {
    admin
        .addFilter("foreign-requests-" + name, new ForeignRequests())
        .addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, paths);
  }
}
