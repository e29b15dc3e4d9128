package ai.orchard9.rdev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `docs/operations/configuration.md` says what `config.yml` and the rules of the start say.
final class ConfigurationManualTest {
  private static final Path MANUAL = Path.of("docs/operations/configuration.md");
  private static final String REWRITE =
      "mvn test -Dtest=ConfigurationManualTest -Drdev.write.manual=true";

  @Test
  void isUpToDate() throws IOException {
    var text = ConfigurationManual.text();
    if (Boolean.getBoolean("rdev.write.manual")) {
      Files.writeString(MANUAL, text);
    }

    assertThat(Files.readString(MANUAL))
        .as("out of date; to write it anew: " + REWRITE)
        .isEqualTo(text);
  }

  @Test
  void hasEachVariableThatIsChecked() throws IOException {
    var text = Files.readString(MANUAL);

    assertThat(EnvironmentRules.all())
        .allSatisfy(rule -> assertThat(text).contains("| `" + rule.name() + "` |"));
  }
}
