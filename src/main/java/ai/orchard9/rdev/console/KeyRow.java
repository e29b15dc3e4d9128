package ai.orchard9.rdev.console;

import ai.orchard9.rdev.apikey.ApiKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A key in a list. Public only because Thymeleaf reads it.
///
/// @param projects those that it is limited to; null: it is not
/// @param expires null: never
/// @param endsSoon whether it still works, and not for long
/// @param replaced whether another has taken its place
public record KeyRow(
    String id,
    String name,
    String prefix,
    List<String> scopes,
    @Nullable List<String> projects,
    String status,
    When created,
    @Nullable When expires,
    boolean endsSoon,
    @Nullable When lastUsed,
    boolean replaced) {
  static KeyRow of(ApiKey key) {
    return new KeyRow(
        key.id().toString(),
        key.name(),
        key.keyPrefix(),
        key.scopes(),
        key.projectIds(),
        key.status().wire(),
        When.of(key.createdAt()),
        When.ofNullable(key.expiresAt()),
        endsSoon(key),
        When.ofNullable(key.lastUsedAt()),
        key.replacedBy() != null);
  }

  private static boolean endsSoon(ApiKey key) {
    var end = key.expiresAt();
    return end != null
        && key.status() == ApiKey.Status.ACTIVE
        && end.isBefore(key.asOf().plus(ApiKey.ENDS_SOON));
  }

  /// Whether it can be revoked, or replaced if nothing has taken its place. Thymeleaf reads it.
  public boolean active() {
    return status.equals(ApiKey.Status.ACTIVE.wire());
  }
}
