package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.http.Authenticator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// Wires the room.
public final class ApiKeyModule {
  private ApiKeyModule() {}

  /// Who checks presented keys.
  ///
  /// @param adminKey the value of `RDEV_ADMIN_KEY`, which needs no row
  public static Authenticator authenticator(Jdbi jdbi, Optional<Secret<String>> adminKey) {
    return new ApiKeyAuthenticator(jdbi, adminKey);
  }

  /// Makes the key of a first start when there is none yet.
  ///
  /// @param file where it is written, readable by its owner only
  /// @return the file, if this or an earlier first start wrote one
  public static Optional<Path> ensureFirstKey(Jdbi jdbi, Path file) throws IOException {
    return new FirstKey(jdbi, file).ensure();
  }
}
