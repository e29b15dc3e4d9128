package ai.orchard9.rdev.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.error.ApiException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/// Where the next page of a list begins: the sort key of the last row shown, opaque to clients. The
/// first part names the list, so that a cursor of another list is refused.
public final class Cursor {

  private static final String SEPARATOR = "\u001f";
  private static final int MAX_LENGTH = 1024;

  private final List<String> parts;

  private Cursor(List<String> parts) {
    this.parts = parts;
  }

  /// Behind the row with this sort key. Parts must not hold U+001F.
  public static Cursor of(String list, Object... key) {
    var parts = new String[key.length + 1];
    parts[0] = list;
    for (var i = 0; i < key.length; i++) {
      parts[i + 1] = key[i].toString();
    }
    return new Cursor(List.of(parts));
  }

  /// What clients get.
  public String encode() {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(String.join(SEPARATOR, parts).getBytes(UTF_8));
  }

  /// Reads what a client sent back.
  ///
  /// @param size parts of the sort key
  /// @throws ApiException.BadRequest it is not a cursor of this list
  public static Cursor decode(String text, String list, int size) {
    if (text.length() > MAX_LENGTH) {
      throw bad();
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException malformed) {
      throw bad();
    }
    var cursor = new Cursor(Arrays.asList(new String(bytes, UTF_8).split(SEPARATOR, -1)));
    if (cursor.parts.size() != size + 1
        || !cursor.parts.getFirst().equals(list)
        || cursor.parts.stream().anyMatch(part -> part.indexOf(0) >= 0)
        || !cursor.encode().equals(text)) {
      throw bad();
    }
    return cursor;
  }

  /// Part `index` (from 0) of the sort key.
  public String text(int index) {
    return parts.get(index + 1);
  }

  /// Part `index` as a number.
  ///
  /// @throws ApiException.BadRequest if it is none
  public long number(int index) {
    try {
      return Long.parseLong(text(index));
    } catch (NumberFormatException malformed) {
      throw bad();
    }
  }

  /// Part `index` as a time, to the nanosecond.
  ///
  /// @throws ApiException.BadRequest if it is none
  public Instant instant(int index) {
    try {
      return Timestamps.parse(text(index));
    } catch (DateTimeException malformed) {
      throw bad();
    }
  }

  /// Part `index` as a UUID.
  ///
  /// @throws ApiException.BadRequest if it is none
  public UUID uuid(int index) {
    try {
      return UUID.fromString(text(index));
    } catch (IllegalArgumentException malformed) {
      throw bad();
    }
  }

  private static ApiException bad() {
    return ApiException.badField("cursor", "is not a next_cursor of this list");
  }
}
