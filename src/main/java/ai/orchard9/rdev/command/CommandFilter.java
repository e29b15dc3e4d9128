package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Timestamps;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which commands a list shows; null: any.
public record CommandFilter(
    @Nullable String project,
    @Nullable CommandStatus status,
    @Nullable CommandType type,
    @Nullable UUID keyId,
    @Nullable Instant since,
    @Nullable Instant until) {

  /// The name of the list, in its cursors.
  public static final String LIST = "commands";

  /// Reads what an address asks for; null: any.
  ///
  /// @throws ApiException.BadRequest naming the one that makes no sense
  public static CommandFilter parse(
      @Nullable String project,
      @Nullable String status,
      @Nullable String type,
      @Nullable String keyId,
      @Nullable String since,
      @Nullable String until) {
    return new CommandFilter(
        project,
        status == null ? null : CommandStatus.find(status).orElseThrow(() -> bad("status")),
        type == null ? null : CommandType.find(type).orElseThrow(() -> bad("type")),
        uuid(keyId),
        Timestamps.parse("since", since),
        Timestamps.parse("until", until));
  }

  private static @Nullable UUID uuid(@Nullable String text) {
    try {
      return text == null ? null : UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw bad("key_id");
    }
  }

  private static ApiException bad(String field) {
    return ApiException.badField(field, "is not one that there is");
  }
}
