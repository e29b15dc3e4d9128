package ai.orchard9.rdev.apikey;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/// The key of a first start: made once when there is no other, and written to a file that only its
/// owner can read.
final class FirstKey {
  private final Jdbi jdbi;
  private final Path file;

  FirstKey(Jdbi jdbi, Path file) {
    this.jdbi = jdbi;
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

  /// The file comes first: a row whose key nobody ever saw would lock everybody out.
  private void create() throws IOException {
    var key = KeyFormat.random();
    var id = UUID.randomUUID();
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var fresh =
        Files.createTempFile(file.toAbsolutePath().getParent(), "admin-key", null, ownerOnly);
    try {
      Files.writeString(fresh, key + "\n");
      var made =
          jdbi.withExtension(
              ApiKeyDao.class,
              dao ->
                  dao.insertFirst(
                      id, "first admin key", KeyFormat.prefix(key), KeyFormat.hash(key)));
      if (made == 1) {
        Files.move(
            fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(fresh);
    }
  }
}
