package ai.orchard9.rdev.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/// Where the JVMs of the servers that tests start have their classes from.
///
/// With `-Drdev.server.cache=true`, as a whole run of the tests has it: from a jar with an AOT
/// cache, as in the image, made by a server that is started for it once for each version of the
/// classes. A run starts over a hundred servers, and so each takes half the time. Otherwise from
/// the folders of the tests' own class path.
final class ServerClasses {
  private static final Path CLASSES = Playground.project().resolve("target/classes");
  private static final Path FOLDER = Playground.project().resolve("target/server-classes");
  private static final Path JAR = FOLDER.resolve("rdev-api.jar");
  private static final Path CACHE = FOLDER.resolve("rdev-api.aot");

  /// Of the same effect on the cache's making and its use.
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  /// For all of them.
  private static final String OPTIONS = System.getProperty("rdev.server.options", "");

  /// What the cache was made of.
  private static final Path VERSION = FOLDER.resolve("version");

  private ServerClasses() {}

  /// The JVM's options that say where classes are, and how they are compiled.
  ///
  /// @param withTests the tests' own classes too
  static List<String> options(boolean withTests) {
    if (!Boolean.getBoolean("rdev.server.cache")) {
      return with(NATIVE, "-classpath", classpath(CLASSES, withTests));
    }
    makeCache();
    return with(NATIVE, "-XX:AOTCache=" + CACHE, "-classpath", classpath(JAR, withTests));
  }

  private static List<String> with(String... options) {
    var all = new ArrayList<String>();
    if (!OPTIONS.isEmpty()) {
      all.addAll(List.of(OPTIONS.split(" ", -1)));
    }
    all.addAll(List.of(options));
    return all;
  }

  /// The tests' class path; their own classes last, for a cache is of the beginning of a path.
  private static String classpath(Path ours, boolean withTests) {
    var entries =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .toList();
    var tests = entries.stream().filter(it -> it.endsWith("test-classes"));
    var libraries =
        entries.stream().filter(it -> !it.endsWith("test-classes") && !it.equals(CLASSES));
    var path = new ArrayList<Path>(List.of(ours));
    path.addAll(libraries.toList());
    if (withTests) {
      path.addAll(tests.toList());
    }
    return String.join(File.pathSeparator, path.stream().map(Path::toString).toList());
  }

  private static synchronized void makeCache() {
    try {
      var version = version();
      if (Files.exists(VERSION) && Files.readString(VERSION).equals(version)) {
        return;
      }
      Files.createDirectories(FOLDER);
      Files.deleteIfExists(VERSION);
      pack();
      train();
      Files.writeString(VERSION, version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String version() throws IOException {
    var version = new StringBuilder(System.getProperty("java.class.path")).append(OPTIONS);
    for (var file : files()) {
      version.append('\n').append(file).append(' ').append(Files.getLastModifiedTime(file));
    }
    return version.toString();
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(CLASSES)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static void pack() throws IOException {
    try (var jar = new JarOutputStream(Files.newOutputStream(JAR))) {
      for (var file : files()) {
        jar.putNextEntry(new JarEntry(CLASSES.relativize(file).toString()));
        jar.write(Files.readAllBytes(file));
        jar.closeEntry();
      }
    }
  }

  /// Runs a server that is asked for a little of everything; its JVM writes the cache as it ends.
  private static void train() throws IOException {
    Files.deleteIfExists(CACHE);
    var home = Playground.folder("training");
    var settings =
        new ServerSettings(home, new Backend.Local(home))
            .classes(
                with(NATIVE, "-XX:AOTCacheOutput=" + CACHE, "-classpath", classpath(JAR, false)));
    try (var server = settings.start()) {
      server.client().run("echo trained");
      server.client().get("/metrics");
      server.stop();
      if (!Files.exists(CACHE)) {
        throw new IllegalStateException("no cache was made:\n" + server.log());
      }
    }
  }
}
