package ai.orchard9.rdev.execution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.agent.AgentEvent;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.output.Chunk;
import ai.orchard9.rdev.command.output.Segmenter;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.http.RunBudget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AgentWatchTest {
  private static final String RESULT = "{\"type\":\"result\",\"subtype\":\"success\"}\n";
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration STALL = Duration.ofSeconds(60);

  private final byte[] output = output();

  /// Wherever a commit was the last one, whoever takes over tells what was not told, and no more.
  @ParameterizedTest
  @ValueSource(ints = {1, 7, 100, 5000})
  void goesOnExactlyAfterAnyCommit(int step) {
    var whole = record(new Segmenter("cmd-1", 1, 0, 0, Long.MAX_VALUE), watch(), 0, step);
    var told = told(whole);
    assertThat(told).hasSize(101);

    for (int stored = 0; stored <= whole.size(); stored++) {
      var chunks = new ArrayList<>(whole.subList(0, stored));
      var watch = watch();
      chunks.forEach(watch::replay);
      long offset = printed(chunks);
      long next = chunks.isEmpty() ? 1 : chunks.getLast().lastEventId() + 1;
      var segmenter = new Segmenter("cmd-1", next, offset, 0, Long.MAX_VALUE);
      watch.catchUp(segmenter);
      chunks.addAll(record(segmenter, watch, (int) offset, step));

      assertThat(told(chunks)).as("after %d chunks", stored).isEqualTo(told);
      assertThat(printed(chunks)).isEqualTo(output.length);
      assertThat(watch.end().run().turns()).isEqualTo(50);
      assertThat(watch.end().run().succeeded()).isTrue();
    }
  }

  @Test
  void whatAFormerVersionReadOtherwiseIsNotToldTwice() {
    var line = "{\"type\":\"assistant\",\"message\":{\"content\":\"a\"}}\n".getBytes(UTF_8);
    var printed = new Chunk("cmd-1", 1, 1, StreamName.STDOUT, 0, 0, line);
    // It told one line twice, and in other words.
    var former = "{\"kind\":\"message\",\"words\":\"a\"}".getBytes(UTF_8);
    var watch = watch();
    watch.replay(printed);
    watch.replay(new Chunk("cmd-1", 2, 2, StreamName.AGENT, line.length, line.length, former));
    watch.replay(new Chunk("cmd-1", 3, 3, StreamName.AGENT, line.length, line.length, former));

    var segmenter = new Segmenter("cmd-1", 4, line.length, 0, Long.MAX_VALUE);
    watch.catchUp(segmenter);

    assertThat(segmenter.take(0)).isEmpty();
  }

  @Test
  void aSilenceThatWasToldIsNoEventOfALine() {
    var watch = watch();
    var line = "{\"type\":\"assistant\",\"message\":{\"content\":\"a\"}}\n".getBytes(UTF_8);
    watch.replay(new Chunk("cmd-1", 1, 1, StreamName.STDOUT, 0, 0, line));
    var silence = AgentEvent.stalled(line.length, 5).json();
    watch.replay(new Chunk("cmd-1", 2, 2, StreamName.AGENT, line.length, line.length, silence));

    var segmenter = new Segmenter("cmd-1", 3, line.length, 0, Long.MAX_VALUE);
    watch.catchUp(segmenter);

    assertThat(segmenter.take(0)).hasSize(1);
  }

  @Test
  void waitsForItsEndAfterTheResult() {
    var watch = watch();
    var now = System.nanoTime();
    assertThat(watch.endsFor(now)).isEmpty();
    assertThat(watch.hasResult()).isFalse();

    print(watch, RESULT, now);

    assertThat(watch.hasResult()).isTrue();
    assertThat(watch.endsFor(now + GRACE.toNanos() - 1)).isEmpty();
    assertThat(watch.endsFor(now + GRACE.toNanos())).contains("agent_result");
    assertThat(watch.next(now)).isLessThanOrEqualTo(now + GRACE.toNanos());
  }

  @Test
  void tellsASilenceOnceEachTime() {
    var watch = watch();
    var now = System.nanoTime();
    print(watch, "words\n", now);
    var late = now + STALL.toNanos();

    assertThat(watch.next(now)).isLessThanOrEqualTo(late);
    assertThat(watch.stalled(late - 1)).isEmpty();
    assertThat(watch.stalled(late)).isPresent();
    assertThat(watch.stalled(2 * late - now)).as("told already").isEmpty();

    print(watch, "again\n", late);
    assertThat(watch.stalled(late + STALL.toNanos())).isPresent();

    print(watch, RESULT, late);
    assertThat(watch.stalled(late + 2 * STALL.toNanos())).as("it only has to end").isEmpty();
  }

  @Test
  void notesWhatHasChangedOnceASecond() {
    var watch = watch();
    var now = System.nanoTime();
    assertThat(watch.toNote(now)).as("nothing is known").isEmpty();
    print(watch, "{\"type\":\"assistant\",\"message\":{\"id\":\"1\"}}\n", now);

    var first = watch.toNote(now).orElseThrow();
    assertThat(first.turns()).isEqualTo(1);
    assertThat(watch.toNote(now + 1)).as("too soon, though it was not noted").isEmpty();
    assertThat(watch.toNote(now + Duration.ofSeconds(1).toNanos())).contains(first);
    watch.noted(first);
    assertThat(watch.toNote(now + Duration.ofSeconds(9).toNanos())).isEmpty();
  }

  private static AgentWatch watch() {
    return new AgentWatch(
        CommandType.CLAUDE,
        RunBudget.NONE,
        new ClaudeConfig(List.of("claude"), Map.of(), "", GRACE, STALL));
  }

  private static void print(AgentWatch watch, String text, long now) {
    var bytes = text.getBytes(UTF_8);
    watch.printed(
        StreamName.STDOUT, bytes, bytes.length, now, new Segmenter("cmd-1", 1, 0, 0, 1 << 20));
  }

  private List<Chunk> record(Segmenter segmenter, AgentWatch watch, int from, int step) {
    var chunks = new ArrayList<Chunk>();
    for (int at = from; at < output.length; at += step) {
      var piece = Arrays.copyOfRange(output, at, Math.min(output.length, at + step));
      segmenter.append(StreamName.STDOUT, piece, 0, piece.length, 0);
      watch.printed(StreamName.STDOUT, piece, piece.length, 0, segmenter);
      drain(segmenter, chunks);
    }
    segmenter.finish(StreamName.STDOUT);
    watch.ended(segmenter);
    drain(segmenter, chunks);
    return chunks;
  }

  private static void drain(Segmenter segmenter, List<Chunk> chunks) {
    for (var taken = segmenter.take(0); !taken.isEmpty(); taken = segmenter.take(0)) {
      chunks.addAll(taken);
    }
  }

  private static List<String> told(List<Chunk> chunks) {
    return chunks.stream()
        .filter(it -> it.stream() == StreamName.AGENT)
        .map(it -> new String(it.bytes(), UTF_8))
        .toList();
  }

  private static long printed(List<Chunk> chunks) {
    return chunks.stream()
        .filter(it -> it.stream() == StreamName.STDOUT)
        .mapToLong(it -> it.bytes().length)
        .sum();
  }

  /// A hundred events of which two at a time stand in a line, and a result without a newline.
  private static byte[] output() {
    var text = new StringBuilder("words\n");
    for (int i = 0; i < 50; i++) {
      text.append(
          ("{\"type\":\"assistant\",\"message\":{\"id\":\"m%1$d\",\"content\":[{\"type\":\"text\",\"text\":\"%1$d\"},{\"type\":\"text\",\"text\":\"again"
               + " %1$d\"}]}}\n")
              .formatted(i));
    }
    return text.append(RESULT.strip()).toString().getBytes(UTF_8);
  }
}
