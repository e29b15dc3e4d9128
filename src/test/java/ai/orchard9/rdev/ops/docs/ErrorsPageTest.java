package ai.orchard9.rdev.ops.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `docs/api/errors.md` and the code speak of the same errors.
final class ErrorsPageTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| ([0-9]{3}) \\|");

  @Test
  void namesEachCodeWithItsStatus() throws IOException {
    var page = Files.readString(Path.of("docs/api/errors.md"));

    assertThat(ROW.matcher(page).results().map(it -> it.group(1) + " " + it.group(2)))
        .containsExactlyElementsOf(
            Arrays.stream(ErrorCode.values()).map(it -> it + " " + it.status()).toList());
  }
}
