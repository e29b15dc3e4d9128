package ai.orchard9.rdev.e2e;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/// One server for all tests that do no harm to it; it ends with the tests' JVM.
final class SharedServer {
  /// Running commands that a project may have there.
  static final int CONCURRENT_COMMANDS = 8;

  /// A second project, whose queue a test may fill.
  static final String BUSY = "busy";

  private static @Nullable ServerProcess server;

  private SharedServer() {}

  static synchronized ServerProcess get() {
    var running = server;
    if (running == null) {
      var builder =
          ServerProcess.named("shared")
              .database(TestPostgres.shared())
              .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1")
              .environment("CONCURRENT_COMMANDS", Integer.toString(CONCURRENT_COMMANDS));
      try {
        builder.environment("CLAUDE_COMMAND", standIn(builder.home()).toString());
        builder.project(ApiClient.DEMO).project(BUSY);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      running = builder.start();
      server = running;
    }
    return running;
  }

  /// Stands for the Claude CLI: shows what it was given.
  private static Path standIn(Path home) throws IOException {
    var script = home.resolve("claude-stand-in");
    Files.writeString(
        script,
        """
        #!/bin/sh
        for argument; do printf '[%s]' "$argument"; done
        printf '\\n'
        cat
        """);
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }
}
