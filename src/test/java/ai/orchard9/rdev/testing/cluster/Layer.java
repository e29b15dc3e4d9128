package ai.orchard9.rdev.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// A container's writable layer: a folder that is its root directory.
final class Layer {
  static final int USER = 1000;

  private Layer() {}

  /// Makes a fresh one.
  ///
  /// @return what to mount into it
  static List<Images.Mount> create(PodSpec spec, Path root, Path volumes, Images images) {
    try {
      Files.createDirectories(root);
      for (var name : List.of("proc", "dev", "etc", "root", "home/user", "run", "var/tmp", "tmp")) {
        Files.createDirectories(root.resolve(name));
      }
      open(root.resolve("tmp"));
      open(root.resolve("var/tmp"));
      own(spec, root.resolve("home/user"));
      own(spec, Files.createDirectories(root.resolve(spec.workspace().substring(1))));
      write(root.resolve("etc/hostname"), spec.name() + "\n");
      write(root.resolve("etc/hosts"), "127.0.0.1 localhost\n");
      write(root.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
      write(root.resolve("etc/group"), "root:x:0:\n");
      var mounts = new ArrayList<>(images.install(spec.image(), root));
      mounts.add(volume(volumes.resolve("shm"), "dev/shm"));
      for (var path : spec.emptyDirs()) {
        Files.createDirectories(root.resolve(path.substring(1)));
        mounts.add(volume(volumes.resolve(path.replace('/', '_')), path.substring(1)));
      }
      if (spec.is(PodSpec.Trait.NON_ROOT)) {
        // Root's, whoever owns them on the host.
        for (var name : List.of("root", "run", "etc", "")) {
          Files.setAttribute(root.resolve(name), "unix:mode", 0555);
        }
      }
      return mounts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Images.Mount volume(Path folder, String target) throws IOException {
    if (!Files.exists(folder)) {
      open(Files.createDirectories(folder));
    }
    return new Images.Mount("rw", folder.toString(), target);
  }

  private static void open(Path folder) throws IOException {
    Files.setAttribute(folder, "unix:mode", 01777);
  }

  private static void own(PodSpec spec, Path folder) throws IOException {
    if (spec.is(PodSpec.Trait.NON_ROOT)) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text);
  }
}
