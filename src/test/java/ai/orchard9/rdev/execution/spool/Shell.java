package ai.orchard9.rdev.execution.spool;

import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What is called `sh` in the project; busybox brings its own of everything, and no bash.
enum Shell {
  DASH("/usr/bin/dash"),
  BASH("/usr/bin/bash"),
  BUSYBOX("/usr/bin/busybox");

  private final Path program;

  Shell(String program) {
    this.program = Path.of(program);
  }

  boolean isInstalled() {
    return Files.isExecutable(program);
  }

  /// A PATH where `sh` is this shell.
  String path(Path directory) throws IOException {
    Files.createDirectories(directory);
    if (this != BUSYBOX) {
      Files.createSymbolicLink(directory.resolve("sh"), program);
      return directory + ":/usr/local/bin:/usr/bin:/bin";
    }
    var list = new ProcessBuilder(program.toString(), "--list").start();
    var applets = new String(list.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    for (var applet : applets.lines().toList()) {
      Files.createSymbolicLink(directory.resolve(applet), program);
    }
    return directory.toString();
  }

  /// The same projects, in which this is the shell.
  static Runtime within(Runtime runtime, String path) {
    return new Runtime() {
      @Override
      public Listing list() throws RuntimeUnavailableException {
        return runtime.list();
      }

      @Override
      public Session open(Place place, List<String> argv) throws RuntimeUnavailableException {
        var line = new ArrayList<>(List.of("env", "PATH=" + path));
        line.addAll(argv);
        return runtime.open(place, line);
      }

      @Override
      public String spoolRoot() {
        return runtime.spoolRoot();
      }
    };
  }
}
