package ai.orchard9.rdev.testing;

import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Session;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What is called `sh` in a project, and the tools beside it.
public enum ProjectShell {
  DASH("/usr/bin/dash"),
  BASH("/usr/bin/bash"),
  /// Brings its own of everything, and no bash.
  BUSYBOX("/usr/bin/busybox"),
  /// The same, as it was before 1.34.
  OLD_BUSYBOX("/usr/bin/busybox");

  /// `mv -T` came in 2021.
  private static final String OLD_MV =
      """
      #!/usr/bin/busybox sh
      case $1 in -*T*)
        echo "mv: invalid option -- 'T'" >&2
        exit 1 ;;
      esac
      exec /usr/bin/busybox mv "$@"
      """;

  private final Path program;

  ProjectShell(String program) {
    this.program = Path.of(program);
  }

  /// Those that tests go through: in full all of them, else the two that differ most.
  public static Stream<ProjectShell> tested() {
    return Repetitions.full() ? Stream.of(values()) : Stream.of(DASH, OLD_BUSYBOX);
  }

  /// Whether it brings its own of everything.
  public boolean isBusybox() {
    return this == BUSYBOX || this == OLD_BUSYBOX;
  }

  /// Whether tests can have it.
  public boolean isInstalled() {
    return Files.isExecutable(program);
  }

  /// The same projects, in which this is the shell.
  ///
  /// @param folder an absent one, for its programs
  public Runtime within(Runtime runtime, Path folder) {
    var path = path(folder);
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

  private String path(Path folder) {
    try {
      Files.createDirectories(folder);
      if (!isBusybox()) {
        Files.createSymbolicLink(folder.resolve("sh"), program);
        return folder + ":/usr/local/bin:/usr/bin:/bin";
      }
      for (var applet : applets()) {
        Files.createSymbolicLink(folder.resolve(applet), program);
      }
      if (this == OLD_BUSYBOX) {
        var mv = folder.resolve("mv");
        Files.delete(mv);
        Files.writeString(mv, OLD_MV);
        Files.setPosixFilePermissions(mv, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
      return folder.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> applets() throws IOException {
    var list = new ProcessBuilder(program.toString(), "--list").start();
    return new String(list.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
        .lines()
        .toList();
  }
}
