package ai.orchard9.rdev.execution.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkedStreamTest {
  private static final Marker MARKER = new Marker("aabaabaaabaabaab");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hi\n",
        "a",
        "aabaabaaabaabaa",
        "aabaabaaabaaba aabaabaaabaabaa",
        "aabaabaabaaabaabaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "line\r\nline\n"
      })
  void givesExactlyWhatIsBeforeTheMarkerWhereverTheStreamIsCut(String output) throws IOException {
    var all = (output + MARKER.text() + "exit=0\nand more").getBytes(StandardCharsets.UTF_8);

    for (int first = 1; first <= all.length; first++) {
      for (int second = first; second <= all.length; second++) {
        var stream = stream(new Cut(all, first, second));
        assertThat(text(stream)).as("cut at %d and %d", first, second).isEqualTo(output);
        assertThat(stream.found()).isTrue();
        assertThat(stream.trailer()).isEqualTo("exit=0");
      }
    }
  }

  @Test
  void givesAnyBytesThroughAnyCuts() throws IOException {
    long seed = System.nanoTime();
    var random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      var output = new byte[random.nextInt(200_000)];
      random.nextBytes(output);
      for (int i = 0; i < output.length; i++) {
        // Few letters, so that beginnings of the marker are many.
        if (round % 2 == 0) {
          output[i] = (byte) (random.nextInt(9) == 0 ? 'b' : 'a');
        }
      }
      var all = new ByteArrayOutputStream();
      all.write(output);
      all.write((MARKER.text() + "x\n").getBytes(StandardCharsets.US_ASCII));

      var stream = stream(new Cut(all.toByteArray(), random));

      // The marker begins as it ends: the last letters before it may be its first.
      var whole = all.toString(StandardCharsets.ISO_8859_1);
      assertThat(new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1))
          .as("seed %d", seed)
          .isEqualTo(whole.substring(0, whole.indexOf(MARKER.text())));
    }
  }

  @Test
  void holdsBackOnlyWhatMayBeTheMarker() throws IOException {
    var stream = stream(new Cut("hi aab".getBytes(StandardCharsets.US_ASCII), 6, 6));

    assertThat(new String(stream.readNBytes(3), StandardCharsets.US_ASCII)).isEqualTo("hi ");
  }

  @Test
  void endsUnmarkedWhenTheSessionBreaksEvenInTheTrailer() throws IOException {
    for (var text : new String[] {"", "hi", "hi aab", MARKER.text(), MARKER.text() + "exit=0"}) {
      var latch = new CountDownLatch(1);
      var in = new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
      var stream = new MarkedStream(in, MARKER, Long.MAX_VALUE, latch);

      stream.readAllBytes();

      assertThat(stream.found()).isFalse();
      assertThat(latch.getCount()).isZero();
    }
  }

  @Test
  void givesNoMoreThanTheLimitAndStillFindsTheMarker() throws IOException {
    var all = ("hello" + "aabaabaa" + MARKER.text() + "x\n").getBytes(StandardCharsets.US_ASCII);
    for (int cut = 1; cut <= all.length; cut++) {
      var stream = new MarkedStream(new Cut(all, cut, cut), MARKER, 5, new CountDownLatch(1));

      assertThat(text(stream)).isEqualTo("hello");
      assertThat(stream.found()).isTrue();
    }
  }

  private static MarkedStream stream(InputStream in) {
    return new MarkedStream(in, MARKER, Long.MAX_VALUE, new CountDownLatch(1));
  }

  private static String text(MarkedStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  /// Comes in pieces that end at the places given, or anywhere.
  private static final class Cut extends InputStream {
    private final byte[] bytes;
    private final int[] cuts;
    private int at;

    Cut(byte[] bytes, int first, int second) {
      this.bytes = bytes;
      this.cuts = new int[] {first, second, bytes.length};
    }

    Cut(byte[] bytes, Random random) {
      this.bytes = bytes;
      this.cuts = random.ints(50, 1, bytes.length + 1).sorted().toArray();
      cuts[cuts.length - 1] = bytes.length;
    }

    @Override
    public int read() {
      return at < bytes.length ? bytes[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      var next = Arrays.stream(cuts).filter(cut -> cut > at).findFirst();
      if (next.isEmpty()) {
        return -1;
      }
      int count = Math.min(length, next.getAsInt() - at);
      System.arraycopy(bytes, at, target, offset, count);
      at += count;
      return count;
    }
  }
}
