package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.queue.NewCommand;
import ai.orchard9.rdev.error.ApiException;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads `Idempotency-Key`: the name that a client gives a request, so that it can be sent again
/// without being done again.
final class IdempotencyHeader {
  static final String NAME = "Idempotency-Key";

  /// Tells that the answer is about what an earlier request did.
  static final String REPLAYED = "Idempotent-Replayed";

  private static final Pattern PRINTABLE = Pattern.compile("[\\x20-\\x7e]{1,255}");

  /// One text for all bodies that mean the same: the order of fields does not matter, and absent is
  /// null.
  private static final ObjectMapper CANONICAL =
      JsonMapper.builder()
          .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  private IdempotencyHeader() {}

  /// What the request is called; null when it has no name.
  ///
  /// @throws ApiException.BadRequest it is empty, too long, not printable, or there twice
  static NewCommand.@Nullable Idempotency read(HttpServletRequest request, SubmitRequest body) {
    List<String> values = Collections.list(request.getHeaders(NAME));
    if (values.isEmpty()) {
      return null;
    }
    if (values.size() > 1 || !PRINTABLE.matcher(values.getFirst()).matches()) {
      throw ApiException.badField(NAME, "must be 1–255 printable ASCII characters, once");
    }
    return new NewCommand.Idempotency(values.getFirst(), fingerprint(request, body));
  }

  private static String fingerprint(HttpServletRequest request, SubmitRequest body) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var head = request.getMethod() + ' ' + request.getRequestURI() + '\n';
      digest.update(head.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest.digest(CANONICAL.writeValueAsBytes(body)));
    } catch (NoSuchAlgorithmException | JsonProcessingException e) {
      throw new IllegalStateException("fingerprint of a request", e);
    }
  }
}
