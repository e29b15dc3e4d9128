package ai.orchard9.rdev.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.extension.ExtensionContext;
import org.jdbi.v3.core.extension.ExtensionFactory;
import org.jdbi.v3.core.extension.ExtensionMetadata.ExtensionHandlerInvoker;
import org.jdbi.v3.core.extension.Extensions;
import org.jdbi.v3.core.extension.HandleSupplier;
import org.jdbi.v3.sqlobject.SqlObjectFactory;

/// Prepares each Dao once for a whole [Jdbi]. By itself Jdbi reads a Dao's annotations anew for
/// each transaction and copies its whole configuration for each method of the Dao, called or not:
/// nearly half of all that queueing a command allocates.
///
/// What a Dao is configured by is therefore what the [Jdbi] is configured by when the Dao is first
/// used; what is said of a single handle later does not reach its Daos.
final class KnownDaos implements ExtensionFactory {
  /// Where the Dao whose method runs has its handle from.
  private static final ScopedValue<HandleSupplier> HANDLES = ScopedValue.newInstance();

  private final Jdbi jdbi;
  private final ExtensionFactory sqlObjects;
  private final Map<Class<?>, Map<Method, ExtensionHandlerInvoker>> known =
      new ConcurrentHashMap<>();

  private KnownDaos(Jdbi jdbi, ExtensionFactory sqlObjects) {
    this.jdbi = jdbi;
    this.sqlObjects = sqlObjects;
  }

  /// To be called when [SqlObjectFactory] is registered.
  static void install(Jdbi jdbi) {
    var extensions = jdbi.getConfig(Extensions.class);
    extensions.register(
        new KnownDaos(jdbi, extensions.findFactory(SqlObjectFactory.class).orElseThrow()));
  }

  @Override
  public boolean accepts(Class<?> type) {
    return type.isInterface() && sqlObjects.accepts(type);
  }

  @Override
  public Set<FactoryFlag> getFactoryFlags() {
    return EnumSet.of(FactoryFlag.DONT_USE_PROXY);
  }

  @Override
  public <E> E attach(Class<E> dao, HandleSupplier handles) {
    var methods = known.computeIfAbsent(dao, this::learn);
    return proxy(
        dao,
        (_, method, arguments) ->
            ScopedValue.where(HANDLES, handles).call(() -> call(methods, dao, method, arguments)));
  }

  private static Object call(
      Map<Method, ExtensionHandlerInvoker> methods,
      Class<?> dao,
      Method method,
      Object[] arguments) {
    var invoker = methods.get(method);
    if (invoker == null) {
      throw new UnsupportedOperationException(dao.getName() + " has no statement for " + method);
    }
    return invoker.invoke(arguments);
  }

  private Map<Method, ExtensionHandlerInvoker> learn(Class<?> dao) {
    var config = jdbi.getConfig();
    var metadata = config.get(Extensions.class).findMetadata(dao, sqlObjects);
    var ofDao = metadata.createInstanceConfiguration(config);
    var methods = new ConcurrentHashMap<Method, ExtensionHandlerInvoker>();
    // What a default method calls goes where it was called itself.
    var itself = proxy(dao, (_, method, arguments) -> call(methods, dao, method, arguments));
    var current = new Current(jdbi);
    for (var method : metadata.getExtensionMethods()) {
      methods.put(method, metadata.createExtensionHandlerInvoker(itself, method, current, ofDao));
    }
    return methods;
  }

  private static <E> E proxy(Class<E> dao, InvocationHandler handler) {
    return dao.cast(Proxy.newProxyInstance(dao.getClassLoader(), new Class<?>[] {dao}, handler));
  }

  /// Leads to where the Dao that is called has its handle from.
  private record Current(Jdbi jdbi) implements HandleSupplier {
    @Override
    public Handle getHandle() {
      return HANDLES.get().getHandle();
    }

    @Override
    public Jdbi getJdbi() {
      return jdbi;
    }

    @Override
    public ConfigRegistry getConfig() {
      return HANDLES.get().getConfig();
    }

    @Override
    public <V> V invokeInContext(ExtensionContext context, Callable<V> task) throws Exception {
      return HANDLES.get().invokeInContext(context, task);
    }
  }
}
