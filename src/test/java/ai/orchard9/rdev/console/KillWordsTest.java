package ai.orchard9.rdev.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KillWordsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      nullValues = "none",
      value = {
        "null~none",
        "{\"reason\":\"cancel\",\"signals\":[\"TERM\"],\"killed\":1,\"survivors\":[]}"
            + "~Somebody cancelled it. TERM was sent; 1 process ended by it. Nothing survived.",
        "{\"reason\":\"timeout\",\"signals\":[\"TERM\",\"KILL\"],\"killed\":3,"
            + "\"survivors\":[{\"pid\":7,\"name\":\"d\"}]}"
            + "~It took longer than it was given. TERM, then KILL was sent; 3 processes ended by"
            + " it. Still there: d (7).",
        "{\"reason\":\"cancel\",\"signals\":[],\"killed\":0,\"survivors\":[]}"
            + "~Somebody cancelled it. No signal was sent. Nothing survived."
      })
  void tellsTheReceipt(String receipt, String words) throws Exception {
    assertThat(KillWords.of(new ObjectMapper().readTree(receipt))).isEqualTo(words);
  }
}
