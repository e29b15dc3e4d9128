package ai.orchard9.rdev.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceparentTest {
  private static final String TEXT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @Test
  void isReadAndWrittenAsTheHeaderHasIt() {
    var read = Traceparent.parse(TEXT).orElseThrow();

    assertThat(read.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(read).hasToString(TEXT);
  }

  @Test
  void isReadOfLaterVersionsToo() {
    assertThat(Traceparent.parse("cc" + TEXT.substring(2)))
        .map(Traceparent::toString)
        .hasValue(TEXT);
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
      })
  void isNothingElse(String text) {
    assertThat(Traceparent.parse(text)).isEmpty();
  }

  @Test
  void isNowhereWithoutASpan() {
    assertThat(Traceparent.current()).isEqualTo(Optional.empty());
  }

  @Test
  void isWhereWhatGoesOnFromItIs() {
    var read = Traceparent.parse(TEXT).orElseThrow();

    try (var _ = read.context().makeCurrent()) {
      assertThat(Traceparent.current()).hasValue(read);
    }
  }
}
