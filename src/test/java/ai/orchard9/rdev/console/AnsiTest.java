package ai.orchard9.rdev.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AnsiTest {
  private static final String ESC = "\u001b";

  /// `look:text` of each span.
  private static String shown(String line) {
    return Ansi.spans(line.replace("^", ESC)).stream()
        .map(it -> it.look() + ":" + it.text())
        .collect(Collectors.joining("|"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "plain~:plain",
        "^[31mred^[0m plain~f1:red|: plain",
        "^[1;4;92mbold~b f10 u:bold",
        "^[1mb^[22mn~b:b|:n",
        "^[mreset~:reset",
        "^[7;9;3;2m^[27;29;23;22mx~:x",
        "^[41;30mx^[49mx^[39mx~f0 g1:x|f0:x|:x",
        "^[38;5;196mx~f9:x",
        "^[48;2;0;0;1mx~g0:x",
        "^[38:2:255:255:255mx~f15:x",
        "^[38;5;231;1mx~b f15:x",
        "^[31m^[32mx~f2:x",
        "^[999999999999mx~:x",
        "^[38;5mx~:x"
      })
  void understandsColours(String line, String shown) {
    assertThat(shown(line)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "^[2Ja^[10;10Hb^[?25lc",
        "a^]0;title\u0007b^]8;;http://evil.example\u001b\\c^]8;;\u001b\\",
        "a^]52;c;ZXZpbA==\u0007bc",
        "a^P+q544e\u001b\\b^_x\u009cc^X no \u001b\\",
        "\u009b2Ja\u0090q\u009cb\u009d0;t\u0007c",
        "^(Ba^=bc"
      })
  void leavesOtherSequencesOut(String line) {
    assertThat(shown(line).replace("|:", "")).isEqualTo(":abc");
  }

  @ParameterizedTest
  @CsvSource({"'10%\r50%\rdone',:done", "'done\r',:done", "'\r\r',''", "'',''"})
  void showsWhatAReturnLeaves(String line, String shown) {
    assertThat(shown(line)).isEqualTo(shown);
  }

  @Test
  void whatNeverEndsIsLeftOutToTheEndOfTheLine() {
    assertThat(shown("a^]0;never")).isEqualTo(":a");
    assertThat(shown("a^[31")).isEqualTo(":a");
    assertThat(shown("a^")).isEqualTo(":a");
  }

  @Test
  void leavesMarkupAlone() {
    assertThat(shown("<b>&amp;</b>")).isEqualTo(":<b>&amp;</b>");
  }
}
