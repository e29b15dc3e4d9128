package ai.orchard9.rdev.testing.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// The first process of a PID namespace that containers share. It ignores SIGCHLD, so that the
/// kernel reaps what is left to it, as the real one does by waiting.
final class Pause {
  private final Process process;
  private final long pid;

  private Pause(Process process, long pid) {
    this.process = process;
    this.pid = pid;
  }

  static Pause start(Node node, PodSpec spec) {
    var command = new ArrayList<>(node.entry());
    command.addAll(List.of("unshare", "--pid", "--fork", "sh", "-c"));
    command.add(
        """
        read -r pid _ </proc/self/stat
        echo "$pid"
        exec setsid env --ignore-signal=CHLD sleep infinity </dev/null >/dev/null 2>&1
        """);
    var builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    Container.environment(builder, spec);
    try {
      var process = builder.start();
      return new Pause(process, Node.readPid(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return pid;
  }

  /// Ends the pod's last container: the kernel kills whatever is left in the namespace.
  void kill() {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    Container.awaitEnd(process);
  }
}
