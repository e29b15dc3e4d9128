package ai.orchard9.rdev.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/// Reads what a run prints on stdout, in pieces of any size, and tells what the agent did. A line
/// that is no JSON, or says nothing that it knows, is nobody's fault: it is output as any other.
///
/// The same bytes give the same events however they are cut, so that whoever takes a run over can
/// read what is stored and go on. Memory is bounded whatever the length of a line. Not thread-safe.
public final class AgentReader {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LineClipper line = new LineClipper();
  private final RunTally tally = new RunTally();
  private long offset;

  /// What is known so far.
  public AgentRun run() {
    return tally.run();
  }

  /// Bytes read so far.
  public long offset() {
    return offset;
  }

  /// Reads on.
  ///
  /// @return what the lines that ended in it tell, in their order
  public List<AgentEvent> read(byte[] bytes, int from, int count) {
    var events = new ArrayList<AgentEvent>();
    for (int i = from; i < from + count; i++) {
      offset++;
      if (bytes[i] == '\n') {
        end(events);
      } else if (!line.isPassing()) {
        line.take(bytes[i]);
      }
    }
    return events;
  }

  /// The output has ended: its last line may have no newline.
  public List<AgentEvent> finish() {
    var events = new ArrayList<AgentEvent>();
    end(events);
    return events;
  }

  private void end(List<AgentEvent> events) {
    var isCut = line.isCut();
    var bytes = line.end();
    if (bytes.length == 0) {
      return;
    }
    JsonNode told;
    try {
      // By way of a text: bytes that are no UTF-8 become U+FFFD and spoil only themselves.
      told = JSON.readTree(new String(bytes, UTF_8));
    } catch (JsonProcessingException e) {
      return;
    }
    tally.count(told);
    for (var data : StreamJson.events(told, tally.run())) {
      if (isCut) {
        data.put("truncated", true);
      }
      events.add(new AgentEvent(offset, data));
    }
  }
}
