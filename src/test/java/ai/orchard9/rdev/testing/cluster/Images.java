package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// What containers have installed: the host's `/usr`, or a few of its programs with their
/// libraries.
final class Images {
  private static final List<String> HOST = List.of("bin", "sbin", "lib", "lib64", "lib32");
  private static final List<String> PATH =
      List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin");
  private static final Pattern LIBRARY = Pattern.compile("(/\\S+) \\(0x");
  private static final String SLIM =
      """
      sh dash awk mawk sed grep egrep fgrep find xargs tar gzip hostname setsid flock getopt diff cmp
      base64 basename cat chgrp chmod chown cksum comm cp cut date dd df dirname du echo env expand
      expr factor false fmt fold head id install join kill link ln ls md5sum mkdir mkfifo mknod mktemp
      mv nice nl nohup nproc numfmt od paste pathchk pr printenv printf pwd readlink realpath rm rmdir
      seq sha1sum sha256sum shred shuf sleep sort split stat stdbuf stty sum sync tac tail tee test
      timeout touch tr true truncate tsort tty uname uniq unlink wc who whoami yes
      """;

  private final Path folder;
  private final Map<PodSpec.Image, Path> built = new EnumMap<>(PodSpec.Image.class);

  Images(Path folder) {
    this.folder = folder;
  }

  record Mount(String mode, String source, String target) {}

  /// Prepares a container's root and says what to mount into it.
  List<Mount> install(PodSpec.Image image, Path root) {
    try {
      return image == PodSpec.Image.FULL ? host(root) : few(built(image), root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Mount> host(Path root) throws IOException {
    var mounts = new ArrayList<Mount>();
    mount("/usr", root, mounts);
    for (var name : HOST) {
      var path = Path.of("/" + name);
      if (Files.isSymbolicLink(path)) {
        Files.createSymbolicLink(root.resolve(name), Files.readSymbolicLink(path));
      } else if (Files.isDirectory(path)) {
        mount(path.toString(), root, mounts);
      }
    }
    if (Files.isDirectory(Path.of("/etc/alternatives"))) {
      mount("/etc/alternatives", root, mounts);
    }
    var cache = Path.of("/etc/ld.so.cache");
    if (Files.exists(cache)) {
      Files.copy(cache, root.resolve("etc/ld.so.cache"));
    }
    return mounts;
  }

  private static List<Mount> few(Path image, Path root) throws IOException {
    var mounts = new ArrayList<Mount>();
    try (var entries = Files.list(image)) {
      for (var entry : entries.toList()) {
        var name = entry.getFileName().toString();
        Files.createDirectories(root.resolve(name));
        mounts.add(new Mount("ro", entry.toString(), name));
      }
    }
    Files.createSymbolicLink(root.resolve("sbin"), Path.of("bin"));
    if (!Files.exists(root.resolve("usr"))) {
      Files.createDirectories(root.resolve("usr"));
      Files.createSymbolicLink(root.resolve("usr/bin"), Path.of("/bin"));
    }
    return mounts;
  }

  private static void mount(String directory, Path root, List<Mount> mounts) throws IOException {
    var target = directory.substring(1);
    Files.createDirectories(root.resolve(target));
    mounts.add(new Mount("ro", directory, target));
  }

  private synchronized Path built(PodSpec.Image image) throws IOException {
    var known = built.get(image);
    if (known == null) {
      known = folder.resolve(image.name().toLowerCase(Locale.ROOT));
      build(image, known);
      built.put(image, known);
    }
    return known;
  }

  private static void build(PodSpec.Image image, Path target) throws IOException {
    var bin = Files.createDirectories(target.resolve("bin"));
    var programs =
        switch (image) {
          case FULL -> List.<String>of();
          case DASH -> List.of(SLIM.strip().split("\\s+", -1));
          case BUSYBOX -> List.of("busybox");
          case NO_SHELL -> List.of("sleep", "cat", "true", "id");
        };
    var sources = new ArrayList<String>();
    for (var program : programs) {
      var source = find(program);
      if (source.isPresent()) {
        sources.add(source.get().toString());
        Files.copy(source.get(), bin.resolve(program), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    libraries(sources, target);
    if (image == PodSpec.Image.DASH) {
      Files.copy(
          find("dash").orElseThrow(),
          bin.resolve("sh"),
          StandardCopyOption.REPLACE_EXISTING,
          StandardCopyOption.COPY_ATTRIBUTES);
    }
    if (image == PodSpec.Image.BUSYBOX) {
      for (var applet : output("busybox", "--list").strip().split("\n", -1)) {
        if (!applet.equals("busybox")) {
          Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
      }
    }
  }

  private static void libraries(List<String> programs, Path target) throws IOException {
    var command = new ArrayList<>(List.of("ldd"));
    command.addAll(programs);
    var library = LIBRARY.matcher(output(command.toArray(String[]::new)));
    while (library.find()) {
      var path = library.group(1);
      var copy = target.resolve(path.substring(1));
      if (!Files.exists(copy)) {
        Files.createDirectories(Objects.requireNonNull(copy.getParent()));
        Files.copy(Path.of(path).toRealPath(), copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static Optional<Path> find(String program) throws IOException {
    for (var directory : PATH) {
      var file = Path.of(directory, program);
      if (Files.isExecutable(file)) {
        return Optional.of(file.toRealPath());
      }
    }
    return Optional.empty();
  }

  private static String output(String... command) throws IOException {
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    Node.plain(builder);
    return new String(builder.start().getInputStream().readAllBytes(), UTF_8);
  }
}
