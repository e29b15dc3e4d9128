package ai.orchard9.rdev.ops.diagnosis;

import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.ops.task.AdminTasks;
import io.dropwizard.core.setup.AdminEnvironment;
import java.util.List;

/// Puts looks into the JVM on the admin port: `/profile` and `/heap-dump`.
public final class Diagnoses {
  private Diagnoses() {}

  /// Serves each, to nobody but who is on the spot.
  public static void install(AdminEnvironment admin, AuditLog audit) {
    var turn = new Turn();
    for (var diagnosis : List.of(new Profile(), new HeapDump())) {
      var path = "/" + diagnosis.name();
      AdminTasks.guard(admin, diagnosis.name(), path);
      admin
          .addServlet("diagnosis-" + diagnosis.name(), new DiagnosisServlet(diagnosis, audit, turn))
          .addMapping(path);
    }
  }
}
