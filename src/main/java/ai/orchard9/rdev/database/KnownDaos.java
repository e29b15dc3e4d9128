package ai.orchard9.rdev.database;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.extension.ExtensionFactory;
import org.jdbi.v3.core.extension.Extensions;
import org.jdbi.v3.core.extension.HandleSupplier;
import org.jdbi.v3.sqlobject.SqlObjectFactory;

/// Learns each Dao once. Jdbi keeps what it reads from a Dao's annotations in the configuration of
/// the handle that the Dao was attached to, which is a copy and gone with the handle: in a
/// transaction every Dao is read anew, which took a fifth of the time that queueing a command does.
/// What the configuration of the whole [Jdbi] knows, all its handles know.
///
/// It is asked before Jdbi's own factory, learns the Dao, and leaves it to that one.
final class KnownDaos implements ExtensionFactory {
  private final Jdbi jdbi;
  private final Set<Class<?>> known = ConcurrentHashMap.newKeySet();

  private KnownDaos(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /// To be called when [SqlObjectFactory] is registered.
  static void install(Jdbi jdbi) {
    jdbi.getConfig(Extensions.class).register(new KnownDaos(jdbi));
  }

  @Override
  public boolean accepts(Class<?> dao) {
    if (!known.contains(dao)) {
      learn(dao);
      known.add(dao);
    }
    return false;
  }

  private void learn(Class<?> dao) {
    var extensions = jdbi.getConfig(Extensions.class);
    extensions
        .findFactory(SqlObjectFactory.class)
        .filter(it -> it.accepts(dao))
        .ifPresent(it -> extensions.findMetadata(dao, it));
  }

  @Override
  public <E> E attach(Class<E> dao, HandleSupplier handles) {
    throw new IllegalStateException("accepts no Dao: " + dao);
  }
}
