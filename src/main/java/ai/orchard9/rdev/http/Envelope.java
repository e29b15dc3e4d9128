package ai.orchard9.rdev.http;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The shape of a success: `{"data": …, "meta": {…}}`. Resources return it; `request_id` and
/// `timestamp` are filled in on the way out.
public record Envelope<T>(T data, Meta meta) {

  /// What is said about the data.
  ///
  /// @param facts in the order added; values may be null
  public record Meta(@JsonValue Map<String, @Nullable Object> facts) {
    public Meta {
      facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    Meta with(String name, @Nullable Object value) {
      var more = new LinkedHashMap<>(facts);
      more.put(name, value);
      return new Meta(more);
    }
  }

  private static final Meta NOTHING = new Meta(Map.of());

  /// One thing, or a list that is never paged.
  public static <T> Envelope<T> of(T data) {
    return new Envelope<>(data, NOTHING);
  }

  /// One page of a list.
  ///
  /// @param nextCursor null on the last page
  public static <T> Envelope<List<T>> page(List<T> rows, @Nullable String nextCursor) {
    return new Envelope<>(List.copyOf(rows), NOTHING.with("next_cursor", nextCursor));
  }

  /// The same with one more fact in `meta`, as `stale`.
  public Envelope<T> withMeta(String name, @Nullable Object value) {
    return new Envelope<>(data, meta.with(name, value));
  }
}
