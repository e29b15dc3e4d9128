package ai.orchard9.rdev.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Folders and ports for real processes. Everything lies under `target/e2e/<pid>`; when the tests'
/// JVM ends, whatever still works in there is killed.
public final class Playground {
  private static final Path PROJECT = Path.of("").toAbsolutePath();
  private static final Path ROOT = PROJECT.resolve("target/e2e/" + ProcessHandle.current().pid());
  private static final AtomicInteger NUMBER = new AtomicInteger();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> killAll(ROOT), "playground-cleaner"));
  }

  private Playground() {}

  /// The checkout: where `config.yml` lies.
  public static Path project() {
    return PROJECT;
  }

  /// A new empty folder.
  public static Path folder(String name) {
    try {
      return Files.createDirectories(ROOT.resolve(NUMBER.incrementAndGet() + "-" + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A port that nothing listens on, outside the range that the kernel gives to clients.
  public static int freePort() {
    for (int i = 0; i < 1000; i++) {
      var port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
      try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return port;
      } catch (IOException _) {
        // Taken: try the next one.
      }
    }
    throw new IllegalStateException("no free port");
  }

  /// Kills every process that works in a folder of the playground, until none is left.
  public static void killAll(Path folder) {
    if (!folder.startsWith(ROOT)) {
      throw new IllegalArgumentException(folder + " is outside the playground");
    }
    for (int pass = 0; pass < 20; pass++) {
      var left = Processes.touching(folder);
      if (left.isEmpty()) {
        return;
      }
      left.forEach(pid -> Processes.signal("KILL", pid));
    }
  }

  /// Deletes a folder and what is in it.
  public static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
