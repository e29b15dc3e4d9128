package ai.orchard9.rdev.database;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.PostgresExtension;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
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

    @SqlQuery("SELECT pg_backend_pid()")
    int connection();

    default List<Integer> connections() {
      return List.of(connection(), connection());
    }
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

  @Test
  void aDaoGoesWhereItWasAttachedWhateverOtherOnesDo() {
    var jdbi = Jdbis.over(POSTGRES.target());
    try (var first = jdbi.open();
        var second = jdbi.open()) {
      var one = first.attach(OneDao.class);
      var other = second.attach(OneDao.class);

      assertThat(one.connection()).isEqualTo(connection(first)).isNotEqualTo(other.connection());
      assertThat(other.connections()).containsOnly(connection(second)).hasSize(2);
      assertThat(one.connections()).containsOnly(connection(first)).hasSize(2);
    }
  }

  private static int connection(Handle handle) {
    return handle.createQuery("SELECT pg_backend_pid()").mapTo(Integer.class).one();
  }
}
