package ai.orchard9.rdev.command.queue;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which commands an operator means. Public parts only because JDBI reads them by reflection.
///
/// @param project those of one project; null: of all
/// @param byKey whether only those of one key
/// @param keyId that key; null: the one of `RDEV_ADMIN_KEY`, which has no row
public record Selection(@Nullable String project, boolean byKey, @Nullable UUID keyId) {

  /// Every one.
  public static Selection all() {
    return new Selection(null, false, null);
  }

  /// Those of a project.
  public static Selection ofProject(String project) {
    return new Selection(project, false, null);
  }

  /// Those that were submitted with a key; empty: with that of `RDEV_ADMIN_KEY`.
  public static Selection ofKey(Optional<UUID> keyId) {
    return new Selection(null, true, keyId.orElse(null));
  }
}
