package ai.orchard9.rdev.e2e.console;

import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// One server for all tests of the console; it ends with the tests' JVM.
final class ConsoleServer {
  private static @Nullable ServerProcess server;

  static int stub;

  private ConsoleServer() {}

  static synchronized ServerProcess get() {
    var running = server;
    if (running == null) {
      running =
          ServerProcess.named("console")
              .database(TestPostgres.shared())
              .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1")
              .environment("CONCURRENT_COMMANDS", "8")
              .start();
      server = running;
    }
    return running;
  }

  static URI uri() {
    var api = get().uri();
    if (stub == 0) {
      try {
        stub = ai.orchard9.rdev.testing.Playground.freePort();
        var process =
            new ProcessBuilder("python3", "/tmp/br-stub.py", api.toString(), "" + stub)
                .inheritIO()
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Thread.sleep(700);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
    return URI.create("http://127.0.0.1:" + stub);
  }
}
