package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which part of a list is asked for; resources take it as `@BeanParam Page page`.
public final class Page {

  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_LIMIT = 200;

  private final int limit;
  private final @Nullable String cursor;

  /// Reads `limit` (1–200, default 50) and `cursor`.
  ///
  /// @throws ApiException.BadRequest the limit is none
  public Page(
      @QueryParam("limit") @Nullable String limit, @QueryParam("cursor") @Nullable String cursor) {
    this.limit = limit == null ? DEFAULT_LIMIT : parse(limit);
    this.cursor = cursor == null || cursor.isEmpty() ? null : cursor;
  }

  /// Rows on the page.
  public int limit() {
    return limit;
  }

  /// Rows to ask the database for: one more tells whether more follow.
  public int fetch() {
    return limit + 1;
  }

  /// Where the page begins; empty for the first one.
  ///
  /// @param size parts of the list's sort key
  /// @throws ApiException.BadRequest it is not a cursor of this list
  public Optional<Cursor> cursor(String list, int size) {
    return Optional.ofNullable(cursor).map(text -> Cursor.decode(text, list, size));
  }

  /// Makes the page out of up to [#fetch] rows.
  ///
  /// @param cursorOf the cursor behind a row
  public <R> Envelope<List<R>> of(List<R> rows, Function<R, Cursor> cursorOf) {
    if (rows.size() <= limit) {
      return Envelope.page(rows, null);
    }
    var shown = rows.subList(0, limit);
    return Envelope.page(shown, cursorOf.apply(shown.getLast()).encode());
  }

  private static int parse(String text) {
    try {
      var limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException malformed) {
      // Refused below, as a number out of range is.
    }
    throw ApiException.badField("limit", "must be 1–200");
  }
}
