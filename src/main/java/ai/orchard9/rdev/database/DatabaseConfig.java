package ai.orchard9.rdev.database;

import ai.orchard9.rdev.config.Secret;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `database:` of `config.yml`. Empty strings count as absent, so that `${NAME:-}` works.
///
/// @param host without it and without `url`, an embedded PostgreSQL is used
/// @param url instead of the other five: `postgres://user:password@host:port/name`
/// @param migrateOnStart whether the schema is brought up to date at start
public record DatabaseConfig(
    @Nullable String host,
    @Min(1) @Max(65535) @Nullable Integer port,
    @Nullable String name,
    @Nullable String user,
    @Nullable Secret<String> password,
    @Nullable Secret<String> url,
    @Nullable Boolean migrateOnStart) {

  private static final int DEFAULT_PORT = 5432;
  private static final String DEFAULT_NAME = "rdev";

  /// The embedded one, migrated at start.
  public static DatabaseConfig embedded() {
    return new DatabaseConfig(null, null, null, null, null, null, null);
  }

  /// Where the external database is; empty: use the embedded one.
  ///
  /// @throws IllegalArgumentException the URL is none
  public Optional<DatabaseTarget> external() {
    var as = orElse(user, DEFAULT_NAME);
    var secret = password == null ? new Secret<>("") : password;
    if (url != null && !url.value().isBlank()) {
      return Optional.of(DatabaseTarget.parse(url.value(), as, secret));
    }
    if (host == null || host.isBlank()) {
      return Optional.empty();
    }
    return Optional.of(
        DatabaseTarget.of(
            host, port == null ? DEFAULT_PORT : port, orElse(name, DEFAULT_NAME), as, secret));
  }

  /// Whether the schema is brought up to date at start.
  public boolean shouldMigrate() {
    return migrateOnStart == null || migrateOnStart;
  }

  private static String orElse(@Nullable String text, String otherwise) {
    return text == null || text.isBlank() ? otherwise : text;
  }
}
