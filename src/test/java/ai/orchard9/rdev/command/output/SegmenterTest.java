package ai.orchard9.rdev.command.output;

import static ai.orchard9.rdev.command.output.StreamName.STDERR;
import static ai.orchard9.rdev.command.output.StreamName.STDOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SegmenterTest {

  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final Segmenter segmenter = new Segmenter("cmd-1", 1, 0, 0, NO_LIMIT);
  private long now = 1_000_000_000L;

  @Test
  void givesWholeLinesAtOnceAndHoldsTheUnfinishedOne() {
    append(STDOUT, "one\ntwo\nthr");

    assertThat(texts(take())).containsExactly("out 1-2 one\ntwo\n");
    assertThat(take()).isEmpty();
    assertThat(segmenter.nextDeadlineNanos()).isEqualTo(now + Segmenter.HOLD_NANOS);
  }

  @Test
  void givesAnUnfinishedLineAfterTwoHundredMilliseconds() {
    append(STDOUT, "prompt> ");
    now += Segmenter.HOLD_NANOS - 1;
    assertThat(take()).isEmpty();

    now += 1;

    assertThat(texts(take())).containsExactly("out 1-1 prompt> ");
    assertThat(segmenter.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void countsTheHoldFromTheFirstByteOfTheLine() {
    append(STDOUT, "a");
    now += Segmenter.HOLD_NANOS / 2;
    append(STDOUT, "b");
    now += Segmenter.HOLD_NANOS / 2;

    assertThat(texts(take())).containsExactly("out 1-1 ab");
  }

  @Test
  void keepsBackTheBeginningOfACharacter() {
    byte[] euro = "x€".getBytes(UTF_8);
    segmenter.append(STDOUT, euro, 0, 3, now);
    now += Segmenter.HOLD_NANOS;
    assertThat(texts(take())).containsExactly("out 1-1 x");
    now += 10 * Segmenter.HOLD_NANOS;
    assertThat(take()).isEmpty();
    assertThat(segmenter.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);

    segmenter.append(STDOUT, euro, 3, 1, now);
    now += Segmenter.HOLD_NANOS;

    assertThat(texts(take())).containsExactly("out 2-2 €");
  }

  @Test
  void givesTheRestAtTheEndOfAStream() {
    byte[] euro = "€".getBytes(UTF_8);
    segmenter.append(STDERR, euro, 0, 2, now);

    segmenter.finish(STDERR);

    var chunks = take();
    assertThat(chunks).hasSize(1);
    assertThat(chunks.getFirst().bytes()).containsExactly(Arrays.copyOf(euro, 2));
  }

  @Test
  void splitsALineLongerThanAChunkBetweenCharacters() {
    String line = "€".repeat(50_000);

    append(STDOUT, line + "\n");

    var chunks = take();
    assertThat(chunks).hasSizeGreaterThan(2);
    for (Chunk chunk : chunks) {
      assertThat(chunk.bytes().length).isLessThanOrEqualTo(Chunk.MAX_BYTES);
      assertThat(new String(chunk.bytes(), UTF_8)).doesNotContain("\uFFFD");
      assertThat(chunk.firstEventId()).isEqualTo(chunk.lastEventId());
    }
    assertThat(new String(joined(chunks, STDOUT), UTF_8)).isEqualTo(line + "\n");
  }

  @Test
  void keepsTheOrderOfTheStreams() {
    append(STDOUT, "1\n");
    append(STDERR, "2\n");
    append(STDOUT, "3\n");

    assertThat(texts(take())).containsExactly("out 1-1 1\n", "err 2-2 2\n", "out 3-3 3\n");
  }

  @Test
  void cutsExactlyAtTheLimitOfBothStreamsTogether() {
    var limited = new Segmenter("cmd-1", 1, 0, 0, 10);

    limited.append(STDOUT, bytes("123456\n"), 0, 7, now);
    limited.append(STDERR, bytes("abc"), 0, 3, now);
    assertThat(limited.limitReached()).isFalse();
    assertThat(limited.remaining()).isZero();
    limited.append(STDERR, bytes("d"), 0, 1, now);

    assertThat(limited.limitReached()).isTrue();
    limited.finish(STDOUT);
    limited.finish(STDERR);
    var chunks = limited.take(now);
    assertThat(new String(joined(chunks, STDOUT), UTF_8)).isEqualTo("123456\n");
    assertThat(new String(joined(chunks, STDERR), UTF_8)).isEqualTo("abc");
  }

  @Test
  void goesOnWhereStoredOutputEnds() {
    var next = new Segmenter("cmd-1", 7, 100, 50, 1000);

    next.append(STDERR, bytes("x\n"), 0, 2, now);

    var chunk = next.take(now).getFirst();
    assertThat(chunk.firstEventId()).isEqualTo(7);
    assertThat(chunk.streamOffset()).isEqualTo(50);
    assertThat(chunk.totalOffset()).isEqualTo(150);
    assertThat(next.remaining()).isEqualTo(848);
    assertThat(next.accepted(STDERR)).isEqualTo(52);
  }

  @Test
  void putsAgentEventsBehindTheLinesBeforeThem() {
    append(STDOUT, "line\nrest");

    segmenter.agent(bytes("{}"), 2);

    assertThat(texts(take())).containsExactly("out 1-1 line\n", "agent 2-2 {}");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void losesNothingWhateverComes(long seed) {
    var random = new Random(seed);
    var sent = List.of(new ByteArrayOutputStream(), new ByteArrayOutputStream());
    var chunks = new ArrayList<Chunk>();

    for (int i = 0; i < 400; i++) {
      int which = random.nextInt(2);
      byte[] bytes = something(random);
      sent.get(which).writeBytes(bytes);
      segmenter.append(which == 0 ? STDOUT : STDERR, bytes, 0, bytes.length, now);
      now += random.nextInt(150) * 1_000_000L;
      if (random.nextBoolean() || segmenter.isFull()) {
        chunks.addAll(take());
      }
    }
    segmenter.finish(STDOUT);
    segmenter.finish(STDERR);
    for (var more = take(); !more.isEmpty(); more = take()) {
      chunks.addAll(more);
    }

    assertThat(joined(chunks, STDOUT)).isEqualTo(sent.get(0).toByteArray());
    assertThat(joined(chunks, STDERR)).isEqualTo(sent.get(1).toByteArray());
    assertIsContinuous(chunks);
  }

  @Test
  void countsNewlinesExactly() {
    var random = new Random(5);
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (random.nextBoolean() ? '\n' : random.nextInt(256));
      }
      int expected = 0;
      for (byte b : bytes) {
        expected += b == '\n' ? 1 : 0;
      }
      assertThat(Segmenter.countNewlines(bytes, 0, bytes.length)).isEqualTo(expected);
    }
  }

  static void assertIsContinuous(List<Chunk> chunks) {
    long event = chunks.isEmpty() ? 0 : chunks.getFirst().firstEventId() - 1;
    long total = chunks.isEmpty() ? 0 : chunks.getFirst().totalOffset();
    for (Chunk chunk : chunks) {
      assertThat(chunk.firstEventId()).isEqualTo(event + 1);
      assertThat(chunk.totalOffset()).isEqualTo(total);
      assertThat(chunk.lastEventId() - chunk.firstEventId() + 1).isEqualTo(events(chunk));
      event = chunk.lastEventId();
      total += chunk.stream() == StreamName.AGENT ? 0 : chunk.bytes().length;
    }
  }

  private static long events(Chunk chunk) {
    if (chunk.stream() == StreamName.AGENT) {
      return 1;
    }
    long events = 0;
    for (byte b : chunk.bytes()) {
      events += b == '\n' ? 1 : 0;
    }
    return chunk.bytes()[chunk.bytes().length - 1] == '\n' ? events : events + 1;
  }

  private static byte[] something(Random random) {
    byte[] bytes =
        switch (random.nextInt(5)) {
          case 0 -> new byte[random.nextInt(200_000)];
          case 1 -> "ä€𝄞".repeat(random.nextInt(9000)).getBytes(UTF_8);
          case 2 -> "line\n".repeat(random.nextInt(3000)).getBytes(UTF_8);
          default -> new byte[random.nextInt(20)];
        };
    if (bytes.length > 0 && bytes[0] == 0) {
      random.nextBytes(bytes);
    }
    return bytes.length > 3 && random.nextInt(3) == 0
        ? Arrays.copyOf(bytes, bytes.length - random.nextInt(4))
        : bytes;
  }

  private void append(StreamName stream, String text) {
    byte[] bytes = bytes(text);
    segmenter.append(stream, bytes, 0, bytes.length, now);
  }

  private List<Chunk> take() {
    return segmenter.take(now);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] joined(List<Chunk> chunks, StreamName stream) {
    var bytes = new ByteArrayOutputStream();
    chunks.stream().filter(it -> it.stream() == stream).forEach(it -> bytes.writeBytes(it.bytes()));
    return bytes.toByteArray();
  }

  private static List<String> texts(List<Chunk> chunks) {
    return chunks.stream()
        .map(
            it ->
                it.stream().wireName().replace("std", "")
                    + " "
                    + it.firstEventId()
                    + "-"
                    + it.lastEventId()
                    + " "
                    + new String(it.bytes(), UTF_8))
        .toList();
  }
}
