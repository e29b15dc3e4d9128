package ai.orchard9.rdev.database;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.PostgresExtension;
import java.lang.reflect.Method;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.extension.ExtensionHandler;
import org.jdbi.v3.core.extension.ExtensionHandlerFactory;
import org.jdbi.v3.core.extension.Extensions;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class JdbisTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  /// Public only because JDBI reads it by reflection.
  public interface OneDao {
    @SqlQuery("SELECT 1")
    int one();
  }

  @Test
  void readsADaoOnceAndNotInEachTransaction() {
    var jdbi = Jdbis.over(POSTGRES.target());
    var read = new AtomicInteger();
    jdbi.getConfig(Extensions.class)
        .registerHandlerFactory(
            new ExtensionHandlerFactory() {
              @Override
              public boolean accepts(Class<?> type, Method method) {
                read.incrementAndGet();
                return false;
              }

              @Override
              public Optional<ExtensionHandler> createExtensionHandler(
                  Class<?> type, Method method) {
                return Optional.empty();
              }
            });

    assertThat(oneInATransaction(jdbi)).isEqualTo(1);
    var atFirst = read.get();
    assertThat(oneInATransaction(jdbi)).isEqualTo(1);
    assertThat(jdbi.withExtension(OneDao.class, OneDao::one)).isEqualTo(1);

    assertThat(atFirst).isPositive();
    assertThat(read).hasValue(atFirst);
  }

  private static int oneInATransaction(Jdbi jdbi) {
    return jdbi.inTransaction(handle -> handle.attach(OneDao.class).one());
  }
}
