package ai.orchard9.rdev.testing.cluster;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;

/// `Status` objects in the API server's own words.
final class Statuses {
  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  static final String EXITED_0 = "{\"metadata\":{},\"status\":\"Success\"}";

  private Statuses() {}

  static String json(Object object) {
    return JSON.asJson(object);
  }

  static String failure(int code, String reason, String message) {
    return json(status(code, reason, message));
  }

  private static Status status(int code, String reason, String message) {
    return new StatusBuilder()
        .withNewMetadata()
        .endMetadata()
        .withStatus("Failure")
        .withCode(code)
        .withReason(reason)
        .withMessage(message)
        .build();
  }

  static String notFound(String name) {
    return json(
        new StatusBuilder(status(404, "NotFound", "pods \"" + name + "\" not found"))
            .withNewDetails()
            .withName(name)
            .withKind("pods")
            .endDetails()
            .build());
  }

  static String gone(String message) {
    return failure(410, "Expired", message);
  }

  static String forbidden(Call call, String namespace) {
    var object = call.name().isEmpty() ? "pods" : "pods \"" + call.name() + "\"";
    var where =
        namespace.isEmpty() ? "at the cluster scope" : "in the namespace \"" + namespace + "\"";
    var message =
        "%s is forbidden: User \"system:serviceaccount:rdev:rdev-api\" cannot %s resource \"%s\" in API group \"\" %s"
            .formatted(object, call.verb(), call.target(), where);
    return json(
        new StatusBuilder(status(403, "Forbidden", message))
            .withNewDetails()
            .withName(call.name().isEmpty() ? null : call.name())
            .withKind("pods")
            .endDetails()
            .build());
  }

  static String exited(int code, List<String> argv) {
    if (code == 0) {
      return EXITED_0;
    }
    var message =
        "command terminated with non-zero exit code: error executing command [%s], exit code %d"
            .formatted(String.join(" ", argv), code);
    return json(
        new StatusBuilder()
            .withNewMetadata()
            .endMetadata()
            .withStatus("Failure")
            .withReason("NonZeroExitCode")
            .withMessage(message)
            .withNewDetails()
            .addNewCause(null, Integer.toString(code), "ExitCode")
            .endDetails()
            .build());
  }

  static String notStarted(String why) {
    var cause =
        "error executing command in container: failed to exec in container: failed to start exec"
            + " \"%s\": OCI runtime exec failed: exec failed: unable to start container process: %s"
                .formatted(Container.randomId(), why);
    return json(
        new StatusBuilder(status(500, "InternalError", "Internal error occurred: " + cause))
            .withNewDetails()
            .addNewCause(null, cause, null)
            .endDetails()
            .build());
  }
}
