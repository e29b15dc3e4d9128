package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.apikey.ApiKey;
import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.error.ApiException;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Finds the key that an operator means by what logs show of it.
final class MeantKey {
  /// Stands for the key of `RDEV_ADMIN_KEY`, which has no row.
  static final String ADMIN = "admin";

  private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{8}");
  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private MeantKey() {}

  /// The one key with this prefix, or this id.
  ///
  /// @throws ApiException.BadRequest there is none, or several have the prefix; then their ids are
  ///   named
  static ApiKey find(ApiKeyService keys, String argument, String text) {
    var found = candidates(keys, argument, text);
    if (found.isEmpty()) {
      throw ApiException.badField(argument, "there is no such key");
    }
    if (found.size() > 1) {
      throw ApiException.badField(
          argument,
          found.size()
              + " keys have this prefix; say which by its id: "
              + found.stream()
                  .map(it -> it.id() + " (" + it.status().wire() + ")")
                  .collect(Collectors.joining(", ")));
    }
    return found.getFirst();
  }

  private static List<ApiKey> candidates(ApiKeyService keys, String argument, String text) {
    if (PREFIX.matcher(text).matches()) {
      return keys.findByPrefix(text);
    }
    if (ID.matcher(text).matches()) {
      return keys.findAll(List.of(UUID.fromString(text)));
    }
    throw ApiException.badField(
        argument, "must be the 8 characters after rdev_sk_, or the id of a key");
  }
}
