package ai.orchard9.rdev.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.error.ApiException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GitWordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "status~status",
        "git log -1~log|-1",
        "  commit  -m 'two words' ~commit|-m|two words",
        "commit -m \"it's\"~commit|-m|it's",
        "log --grep='a b'c~log|--grep=a bc",
        "commit -m ''~commit|-m|",
        "log $(id) `x` ;~log|$(id)|`x`|;"
      })
  void splitsAtBlanksOutsideOfQuotes(String text, String words) {
    assertThat(GitWords.of(text)).isEqualTo(List.of(words.split("\\|", -1)));
  }

  @Test
  void refusesAQuoteThatIsNotClosed() {
    assertThatThrownBy(() -> GitWords.of("commit -m 'x"))
        .isInstanceOf(ApiException.BadRequest.class);
  }
}
