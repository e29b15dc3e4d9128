package ai.orchard9.rdev.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;

/// Asks another JVM what it holds.
final class Heap {
  private Heap() {}

  /// Bytes that are still in use after a full collection.
  static long live(long pid) throws IOException, InterruptedException {
    var jcmd = Path.of(System.getProperty("java.home"), "bin/jcmd").toString();
    var process =
        new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    var text = new String(process.getInputStream().readAllBytes(), UTF_8);
    process.waitFor();
    return text.lines()
        .filter(it -> it.startsWith("Total"))
        .map(it -> it.strip().split("\\s+", -1)[2])
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(text));
  }
}
