package ai.orchard9.rdev.claudeconfig;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldErrors;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What names and contents may be.
final class ConfigRules {
  /// Bytes of a content. The far side has the same number.
  static final int MOST_BYTES = 1 << 20;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  private ConfigRules() {}

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /// A name and a content that may be written.
  ///
  /// @param bytes the content as it is written
  @SuppressWarnings("ArrayRecordComponent")
  record Checked(String name, byte[] bytes) {}

  /// @throws ApiException.BadRequest naming each field at fault
  static Checked check(@Nullable String name, @Nullable String content) {
    var errors = new FieldErrors();
    if (name == null || !isName(name)) {
      errors.refuse("name", "must match " + NAME.pattern());
    }
    var bytes = content == null ? new byte[0] : content.getBytes(StandardCharsets.UTF_8);
    if (content == null) {
      errors.refuse("content", "must be a string");
    } else if (bytes.length > MOST_BYTES) {
      errors.refuse("content", "must be at most 1,048,576 bytes of UTF-8");
    } else if (content.indexOf(0) >= 0) {
      errors.refuse("content", "must not contain NUL");
    }
    errors.throwIfAny();
    return new Checked(String.valueOf(name), bytes);
  }
}
