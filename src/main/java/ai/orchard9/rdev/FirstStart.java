package ai.orchard9.rdev;

import ai.orchard9.rdev.apikey.ApiKeyModule;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.database.Database;
import io.dropwizard.core.setup.Environment;
import java.io.IOException;
import java.nio.file.Path;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells a new operator how to make the first call.
final class FirstStart {

  private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);

  private FirstStart() {}

  /// Makes the first key where that is ours to do, and says where it is once the server listens.
  static void announce(
      RdevConfiguration configuration, Environment environment, Database database, AuditLog audit)
      throws IOException {
    if (configuration.adminKey().isPresent()) {
      return;
    }
    if (!database.isEmbedded()) {
      environment
          .lifecycle()
          .addServerLifecycleListener(
              _ -> LOG.atInfo().log("no RDEV_ADMIN_KEY: make a key with `keys create`"));
      return;
    }
    ApiKeyModule.ensureFirstKey(
            database.api(), audit, configuration.getHome().toAbsolutePath().resolve("admin-key"))
        .ifPresent(
            file ->
                environment
                    .lifecycle()
                    .addServerLifecycleListener(server -> say(server, file.normalize())));
  }

  private static void say(Server server, Path file) {
    var address = address(server);
    LOG.atInfo().addKeyValue("url", address + "/console").log("console");
    LOG.atInfo().addKeyValue("file", file).log("an admin key is in this file");
    // In the message and at its end, so that the line can be pasted as it is.
    LOG.atInfo().log("try: {}", example(address, file));
  }

  private static String example(String address, Path file) {
    return "curl -H \"X-API-Key: $(cat '"
        + file
        + "')\" -H 'Content-Type: application/json' -H 'Prefer: wait=10' -d '{\"command\": \"echo"
        + " hello\"}' "
        + address
        + "/projects/demo/shell";
  }

  private static String address(Server server) {
    for (var connector : server.getConnectors()) {
      if (connector instanceof ServerConnector http && "application".equals(http.getName())) {
        return "http://127.0.0.1:" + http.getLocalPort();
      }
    }
    return "http://127.0.0.1:8080";
  }
}
