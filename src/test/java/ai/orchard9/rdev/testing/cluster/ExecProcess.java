package ai.orchard9.rdev.testing.cluster;

import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.util.List;

/// A process that an exec has started in a container, and the pipes to it.
final class ExecProcess implements Closeable {
  private static final File NULL = new File("/dev/null");

  private final Process process;
  private final InputStream stdout;
  private final InputStream stderr;

  private ExecProcess(Process process, InputStream stdout, InputStream stderr) {
    this.process = process;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /// What a client has asked to be connected.
  record Streams(boolean stdin, boolean stdout, boolean stderr) {}

  static ExecProcess start(Container container, List<String> argv, Streams streams, Fifos fifos)
      throws IOException {
    var builder = new ProcessBuilder(container.entered(argv));
    Container.environment(builder, container.spec());
    builder.redirectInput(
        streams.stdin() ? ProcessBuilder.Redirect.PIPE : ProcessBuilder.Redirect.from(NULL));
    try (var out = Pipe.open(streams.stdout(), fifos);
        var err = Pipe.open(streams.stderr(), fifos)) {
      builder.redirectOutput(out.file).redirectError(err.file);
      return new ExecProcess(builder.start(), out.reader, err.reader);
    }
  }

  OutputStream stdin() {
    return process.getOutputStream();
  }

  InputStream stdout() {
    return stdout;
  }

  InputStream stderr() {
    return stderr;
  }

  int exitStatus() throws InterruptedException {
    return process.waitFor();
  }

  /// Ends its input; its output stays open and unread.
  void endInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException _) {
      // It has closed its end.
    }
  }

  @Override
  public void close() throws IOException {
    stdout.close();
    stderr.close();
  }

  /// A named pipe that is held open for writing until the process has it.
  private static final class Pipe implements Closeable {
    private final File file;
    private final InputStream reader;
    private final Closeable holder;

    private Pipe(File file, InputStream reader, Closeable holder) {
      this.file = file;
      this.reader = reader;
      this.holder = holder;
    }

    static Pipe open(boolean wanted, Fifos fifos) throws IOException {
      if (!wanted) {
        return new Pipe(NULL, InputStream.nullInputStream(), () -> {});
      }
      var file = fifos.take().toFile();
      var holder = new RandomAccessFile(file, "rw");
      return new Pipe(file, new FileInputStream(file), holder);
    }

    @Override
    public void close() throws IOException {
      holder.close();
      if (!file.equals(NULL)) {
        Files.deleteIfExists(file.toPath());
      }
    }
  }
}
