package ai.orchard9.rdev.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.output.Chunk;
import ai.orchard9.rdev.command.output.StreamName;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FramesTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void writesFramesAsTheContractHasThem() {
    var chunk = chunk(41, 42, StreamName.STDERR, "a \"quoted\"\r\nrest\0\u001b[1m".getBytes(UTF_8));

    assertThat(new String(Frames.of(chunk), UTF_8))
        .isEqualTo(
            """
            id: 41
            event: output
            data: {"line":"a \\"quoted\\"\\r","stream":"stderr"}

            id: 42
            event: output
            data: {"line":"rest\\u0000\\u001b[1m","stream":"stderr","eol":false}

            """);
  }

  @Test
  void writesAgentEventsAsTheyWereRecorded() {
    var chunk = chunk(7, 7, StreamName.AGENT, "{\"kind\":\"init\"}".getBytes(UTF_8));

    assertThat(new String(Frames.of(chunk), UTF_8))
        .isEqualTo("id: 7\nevent: agent\ndata: {\"kind\":\"init\"}\n\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void readsBackAsJavaDecodesTheBytes(int seed) throws Exception {
    var random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      byte[] bytes = hostile(random, 1 + random.nextInt(40));
      var chunk = chunk(1, count(bytes), StreamName.STDOUT, bytes);

      var events = parse(Frames.of(chunk));

      assertThat(lines(events)).isEqualTo(expected(bytes));
    }
  }

  @Test
  void goesOnFromAnyEventInPieces() throws Exception {
    var random = new Random(3);
    byte[] bytes = hostile(random, 3000);
    int count = count(bytes);
    var chunk = chunk(1000, 1000 + count - 1, StreamName.STDOUT, bytes);
    var all = parse(Frames.of(chunk));

    for (int from = 0; from < count; from++) {
      var cursor = new Frames.Cursor(chunk, 1000 + from);
      var pieces = new ByteArrayOutputStream();
      for (byte[] piece = cursor.next(); piece != null; piece = cursor.next()) {
        pieces.writeBytes(piece);
      }

      assertThat(parse(pieces.toByteArray())).isEqualTo(all.subList(from, count));
    }
  }

  @Test
  void bringsAChunkOfNothingButNewlinesInBoundedPieces() {
    byte[] bytes = "\n".repeat(Chunk.MAX_BYTES).getBytes(UTF_8);
    var chunk = chunk(1, Chunk.MAX_BYTES, StreamName.STDOUT, bytes);
    var cursor = new Frames.Cursor(chunk, 1);

    int frames = 0;
    for (byte[] piece = cursor.next(); piece != null; piece = cursor.next()) {
      assertThat(piece.length).isLessThan(Frames.PIECE_BYTES + 1024);
      frames += parse(piece).size();
    }

    assertThat(Frames.isShareable(chunk)).isFalse();
    assertThat(frames).isEqualTo(Chunk.MAX_BYTES);
  }

  record Event(String id, String name, String data) {}

  /// Reads a stream of whole events as the HTML standard says.
  static List<Event> parse(byte[] bytes) {
    var events = new ArrayList<Event>();
    var text = new String(bytes, UTF_8);
    assertThat(text).endsWith("\n\n").doesNotContain("\r");
    for (String frame : text.substring(0, text.length() - 2).split("\n\n", -1)) {
      var lines = frame.split("\n", -1);
      assertThat(lines).hasSize(3);
      assertThat(lines[0]).startsWith("id: ");
      assertThat(lines[1]).startsWith("event: ");
      assertThat(lines[2]).startsWith("data: ");
      events.add(new Event(lines[0].substring(4), lines[1].substring(7), lines[2].substring(6)));
    }
    return events;
  }

  private static List<String> lines(List<Event> events) throws Exception {
    var lines = new ArrayList<String>();
    for (Event event : events) {
      var data = JSON.readTree(event.data());
      lines.add(data.get("line").textValue() + (data.has("eol") ? "" : "\n"));
    }
    return lines;
  }

  private static List<String> expected(byte[] bytes) {
    var lines = new ArrayList<String>();
    int from = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines.add(new String(bytes, from, i - from, UTF_8) + "\n");
        from = i + 1;
      }
    }
    if (from < bytes.length) {
      lines.add(new String(bytes, from, bytes.length - from, UTF_8));
    }
    return lines;
  }

  private static byte[] hostile(Random random, int pieces) {
    var bytes = new ByteArrayOutputStream();
    for (int i = 0; i < pieces; i++) {
      switch (random.nextInt(8)) {
        case 0 -> bytes.write('\n');
        case 1 -> bytes.write(random.nextInt(0x20));
        case 2 -> bytes.write(random.nextInt(256));
        case 3 -> bytes.writeBytes(character(random));
        case 4 -> {
          byte[] whole = character(random);
          bytes.write(whole, 0, 1 + random.nextInt(whole.length));
        }
        case 5 -> bytes.writeBytes(new byte[] {'"', '\\', '\r', 0x7f});
        case 6 -> bytes.write(0xe0 + random.nextInt(0x20));
        default -> bytes.writeBytes("plain text here".getBytes(UTF_8));
      }
    }
    return bytes.size() == 0 ? new byte[] {'x'} : bytes.toByteArray();
  }

  private static byte[] character(Random random) {
    int point = random.nextInt(4) == 0 ? random.nextInt(0x110000) : random.nextInt(0x3000);
    return Character.toString(point).getBytes(UTF_8);
  }

  private static int count(byte[] bytes) {
    return expected(bytes).size();
  }

  private static Chunk chunk(long first, long last, StreamName stream, byte[] bytes) {
    return new Chunk("cmd-1", first, last, stream, 0, 0, bytes);
  }
}
