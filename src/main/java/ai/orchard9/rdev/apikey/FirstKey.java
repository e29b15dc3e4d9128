package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/// The key of a first start: made once when there is no other, and written to a file that only its
/// owner can read.
final class FirstKey {
  private static final String NAME = "first admin key";
  private static final Actor MAKER = new Actor(null, "first start", Actor.Kind.SYSTEM);

  private final Jdbi jdbi;
  private final AuditLog audit;
  private final Path file;

  FirstKey(Jdbi jdbi, AuditLog audit, Path file) {
    this.jdbi = jdbi;
    this.audit = audit;
    this.file = file;
  }

  /// Makes the key when the table is empty.
  ///
  /// @return the file that holds it, of this or of an earlier first start
  Optional<Path> ensure() throws IOException {
    if (jdbi.withExtension(ApiKeyDao.class, ApiKeyDao::count) == 0) {
      create();
    }
    return Files.exists(file) ? Optional.of(file) : Optional.empty();
  }

  private void create() throws IOException {
    var key = KeyFormat.random();
    var id = UUID.randomUUID();
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var fresh =
        Files.createTempFile(file.toAbsolutePath().getParent(), "admin-key", null, ownerOnly);
    try {
      Files.writeString(fresh, key + "\n");
      insert(id, key, fresh);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  /// The file is in its place before the row is committed: whoever is killed between leaves a key
  /// that is none yet, and the next start makes another.
  private void insert(UUID id, String key, Path fresh) throws IOException {
    var prefix = KeyFormat.prefix(key);
    jdbi.useTransaction(
        transaction -> {
          var made =
              transaction
                  .attach(ApiKeyDao.class)
                  .insertFirst(id, NAME, prefix, KeyFormat.hash(key));
          if (made == 1) {
            Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            audit.append(
                transaction,
                AuditEntry.allowed(
                    MAKER,
                    "key.created",
                    null,
                    id.toString(),
                    Map.of("name", NAME, "key_prefix", prefix, "scopes", List.of("admin"))));
          }
        });
  }
}
