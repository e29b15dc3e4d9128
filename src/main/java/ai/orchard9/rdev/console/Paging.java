package ai.orchard9.rdev.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.http.Envelope;
import jakarta.ws.rs.core.UriInfo;
import java.net.URLEncoder;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// Links to further pages of a list, with the same filters.
final class Paging {
  private Paging() {}

  /// Where the older rows are; null: there are none.
  static @Nullable String next(UriInfo here, Envelope<?> page) {
    return page.meta().facts().get("next_cursor") instanceof String cursor
        ? with(here, "cursor", cursor)
        : null;
  }

  /// The first page of something else, with the same filters.
  static String first(UriInfo here, String path) {
    var query = query(here, path, "cursor");
    return query.length() == path.length() + 1 ? path : query.toString();
  }

  private static String with(UriInfo here, String name, String value) {
    return query(here, "/" + here.getPath(), name).add(pair(name, value)).toString();
  }

  private static StringJoiner query(UriInfo here, String path, String without) {
    var query = new StringJoiner("&", path + "?", "");
    here.getQueryParameters()
        .forEach(
            (key, values) -> {
              if (!key.equals(without) && !key.equals("notice") && !values.getFirst().isEmpty()) {
                query.add(pair(key, values.getFirst()));
              }
            });
    return query;
  }

  private static String pair(String name, String value) {
    return URLEncoder.encode(name, UTF_8) + "=" + URLEncoder.encode(value, UTF_8);
  }

  /// A time as people write it, `2026-01-31` or `2026-01-31T12:00` in UTC, as the API wants it.
  static @Nullable String time(@Nullable String text) {
    var given = given(text);
    if (given == null) {
      return null;
    }
    return switch (given.length()) {
      case 10 -> given + "T00:00:00Z";
      case 16 -> given + ":00Z";
      case 19 -> given + "Z";
      default -> given;
    };
  }

  /// What a form leaves empty was not asked for.
  static @Nullable String given(@Nullable String text) {
    return text == null || text.isBlank() ? null : text.strip();
  }
}
