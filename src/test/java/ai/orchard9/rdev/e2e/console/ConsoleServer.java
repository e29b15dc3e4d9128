package ai.orchard9.rdev.e2e.console;

import ai.orchard9.rdev.e2e.StandIn;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// One server for all tests of the console; it ends with the tests' JVM.
final class ConsoleServer {
  private static @Nullable ServerProcess server;

  private ConsoleServer() {}

  static synchronized ServerProcess get() {
    var running = server;
    if (running == null) {
      running =
          StandIn.use(ServerProcess.named("console"))
              .database(TestPostgres.shared())
              .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1")
              .environment("CONCURRENT_COMMANDS", "8")
              .start();
      server = running;
    }
    return running;
  }

  static URI uri() {
    return get().uri();
  }
}
