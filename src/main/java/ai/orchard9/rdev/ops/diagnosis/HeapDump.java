package ai.orchard9.rdev.ops.diagnosis;

import ai.orchard9.rdev.ops.task.Arguments;
import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// `GET /heap-dump`: all objects that are in use, as an hprof file. The server stands still while
/// it is written. It holds whatever the server knows: keys' hashes, passwords, output.
final class HeapDump implements Diagnosis {
  /// What a dump has beside the objects: classes, strings, stacks.
  private static final long OVERHEAD = 64L << 20;

  @Override
  public String name() {
    return "heap-dump";
  }

  @Override
  public List<String> usage() {
    return List.of();
  }

  @Override
  public String fileName() {
    return "heap.hprof";
  }

  @Override
  public boolean holdsSecrets() {
    return true;
  }

  @Override
  public List<String> would(Arguments arguments) {
    var used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    Disk.require(used + used / 4 + OVERHEAD);
    return List.of("would_dump_at_most_bytes=" + used, "free_bytes=" + Disk.free());
  }

  @Override
  public void send(Arguments arguments, Client client) throws IOException {
    var folder =
        Files.createTempDirectory(
            Disk.folder(),
            "rdev-heap-dump-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      var file = folder.resolve(fileName());
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpHeap(file.toString(), true);
      try (var content = Files.newInputStream(file)) {
        client.expect(Files.size(file));
        // It is read on though it has no name any more; and it is gone however this ends.
        delete(folder);
        client.send(content);
      }
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(folder);
  }
}
