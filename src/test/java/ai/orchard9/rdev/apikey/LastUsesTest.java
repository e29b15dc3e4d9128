package ai.orchard9.rdev.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// When a key was used last gets into its row, in time.
final class LastUsesTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  @RegisterExtension final PresentedKeys keys = new PresentedKeys(POSTGRES);

  @Test
  void writesDownWhenKeysWereUsed() {
    var used = keys.make();
    var unused = keys.make();
    keys.authenticate(used.plain());
    keys.pass(Duration.ofSeconds(3));
    var before = keys.statements();

    keys.uses().write();

    assertThat(keys.statements()).isEqualTo(before + 1);
    assertThat(lastUsed(unused)).isNull();
    var age = Duration.between(present(lastUsed(used)), databaseNow());
    assertThat(age).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(30));
    assertThat(keys.uses().waiting()).isZero();
  }

  @Test
  void usesWaitForTheDatabase() {
    var used = keys.make();
    keys.authenticate(used.plain());
    keys.takeDatabaseAway(true);
    keys.uses().write();
    keys.takeDatabaseAway(false);
    assertThat(lastUsed(used)).isNull();

    keys.uses().write();

    assertThat(lastUsed(used)).isNotNull();
  }

  @Test
  void usesOfMadeUpKeysAreNotKept() {
    for (int i = 0; i < 2 * LastUses.MOST_WAITING; i++) {
      keys.uses().used(UUID.randomUUID());
    }
    assertThat(keys.uses().waiting()).isLessThanOrEqualTo(LastUses.MOST_WAITING);
  }

  private @Nullable Instant lastUsed(ApiKeyService.Made made) {
    return POSTGRES
        .jdbi()
        .withExtension(ApiKeyDao.class, dao -> dao.find(made.key().id()))
        .orElseThrow()
        .lastUsedAt();
  }

  private static Instant databaseNow() {
    return POSTGRES.jdbi().withExtension(ApiKeyDao.class, ApiKeyDao::now);
  }

  private static <T> T present(@Nullable T value) {
    assertThat(value).isNotNull();
    return Optional.ofNullable(value).orElseThrow();
  }
}
