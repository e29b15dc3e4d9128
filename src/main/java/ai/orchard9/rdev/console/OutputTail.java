package ai.orchard9.rdev.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.output.Chunk;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.StreamName;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The last lines of what a command has printed, for pages that do without a script.
final class OutputTail {
  private static final int MOST_LINES = 1000;
  private static final int MOST_BYTES = 256 * 1024;

  /// Reads of a bounded number of chunks each: one that prints on must not keep us here.
  private static final int MOST_READS = 8;

  private static final List<StreamName> BOTH = List.of(StreamName.STDOUT, StreamName.STDERR);

  private final ArrayDeque<Line> lines = new ArrayDeque<>();
  private final Map<StreamName, Unfinished> unfinished = new EnumMap<>(StreamName.class);

  /// A line. Public only because Thymeleaf reads it.
  ///
  /// @param id of its first event, the same wherever it is shown
  /// @param error whether it came by stderr
  public record Line(long id, boolean error, List<Ansi.Span> spans) {}

  private record Unfinished(long id, ByteArrayOutputStream bytes) {}

  private OutputTail() {}

  /// Blocks.
  static List<Line> of(OutputLog log, Command command) {
    var key = new CommandKey(command.id().value(), command.day());
    var size = command.stdoutBytes() + command.stderrBytes();
    var begin = Math.max(0, size - MOST_BYTES);
    var tail = new OutputTail();
    var after = begin == 0 ? 0 : log.eventBefore(key, BOTH, begin);
    for (int i = 0; i < MOST_READS; i++) {
      var chunks = log.read(key, after, BOTH);
      if (chunks.isEmpty()) {
        break;
      }
      chunks.forEach(tail::add);
      after = chunks.getLast().lastEventId();
    }
    tail.unfinished.forEach((stream, it) -> tail.end(stream, it));
    return List.copyOf(tail.lines);
  }

  private void add(Chunk chunk) {
    var id = chunk.firstEventId();
    var from = 0;
    var bytes = chunk.bytes();
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        end(chunk.stream(), continued(chunk, from, i, id));
        unfinished.remove(chunk.stream());
        from = i + 1;
        id++;
      }
    }
    if (from < bytes.length) {
      unfinished.put(chunk.stream(), continued(chunk, from, bytes.length, id));
    }
  }

  private Unfinished continued(Chunk chunk, int from, int to, long id) {
    var begun = unfinished.get(chunk.stream());
    var line = begun == null ? new Unfinished(id, new ByteArrayOutputStream()) : begun;
    line.bytes().write(chunk.bytes(), from, to - from);
    return line;
  }

  private void end(StreamName stream, @Nullable Unfinished line) {
    if (line != null) {
      var spans = Ansi.spans(line.bytes().toString(UTF_8));
      lines.add(new Line(line.id(), stream == StreamName.STDERR, spans));
      if (lines.size() > MOST_LINES) {
        lines.remove();
      }
    }
  }
}
