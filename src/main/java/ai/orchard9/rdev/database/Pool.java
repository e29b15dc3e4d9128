package ai.orchard9.rdev.database;

import com.codahale.metrics.MetricRegistry;
import io.dropwizard.db.DataSourceFactory;
import io.dropwizard.db.ManagedDataSource;
import io.dropwizard.util.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.tomcat.jdbc.pool.PoolConfiguration;

/// The two kinds of pools. Every limit is bounded so that a database that is stopped, or hangs
/// without closing anything, costs a caller less than 5 s.
enum Pool {
  /// For requests: 1 s for a connection, 3 s for an answer.
  API(20, 1, 3, ""),
  /// For background work, which can wait longer for a busy database. Its statements are always the
  /// same and found by what they name, so their plans are made once: PostgreSQL would make some of
  /// them anew each time, because an array may have one entry.
  BACKGROUND(16, 10, 30, "; SET plan_cache_mode = force_generic_plan");

  private static final int CONNECT_SECONDS = 2;

  private final int size;
  private final int waitSeconds;
  private final int answerSeconds;
  private final String settings;

  /// @param settings beside those of both
  Pool(int size, int waitSeconds, int answerSeconds, String settings) {
    this.size = size;
    this.waitSeconds = waitSeconds;
    this.answerSeconds = answerSeconds;
    this.settings = settings;
  }

  /// Its name in metrics.
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Its connections.
  ///
  /// @param name in metrics
  ManagedDataSource open(DatabaseTarget target, MetricRegistry metrics, String name) {
    return open(configure(target), metrics, name);
  }

  /// The same where the configuration was changed.
  static ManagedDataSource open(DataSourceFactory factory, MetricRegistry metrics, String name) {
    var opened = factory.build(metrics, name);
    if (opened instanceof PoolConfiguration pool) {
      // Whoever closes a statement twice is shielded by reflection in each call: Jdbi does not.
      pool.setUseStatementFacade(false);
    }
    return opened;
  }

  DataSourceFactory configure(DatabaseTarget target) {
    var factory = new DataSourceFactory();
    factory.setDriverClass("org.postgresql.Driver");
    factory.setUrl(target.jdbcUrl());
    factory.setUser(target.user());
    factory.setPassword(target.password().value());
    factory.setProperties(
        Map.of(
            "ApplicationName",
            "rdev-api " + label(),
            "connectTimeout",
            String.valueOf(CONNECT_SECONDS),
            "loginTimeout",
            String.valueOf(CONNECT_SECONDS),
            "socketTimeout",
            String.valueOf(answerSeconds),
            "cancelSignalTimeout",
            "1",
            "tcpKeepAlive",
            "true",
            "reWriteBatchedInserts",
            "true"));
    factory.setInitialSize(1);
    factory.setMinSize(2);
    factory.setMaxSize(size);
    factory.setMaxWaitForConnection(Duration.seconds(waitSeconds));
    // The server gives up a little before the client does: its error is the better one.
    factory.setInitializationQuery(
        "SET statement_timeout = '"
            + (answerSeconds * 1000 - 500)
            + "ms'; SET lock_timeout = '"
            + (answerSeconds * 1000 - 1000)
            + "ms'; SET idle_in_transaction_session_timeout = '5s'"
            // Every statement has its index. A plan made while a table was small would read all of
            // it for as long as the plan is kept, however much it has grown; with bitmaps, all of a
            // project's line instead of its beginning.
            + "; SET enable_seqscan = off; SET enable_bitmapscan = off"
            // Until PostgreSQL 18 what is switched off costs ten thousand million, and what costs
            // that much is compiled first, which takes longer than any of our statements.
            + "; SET jit = off"
            + settings);
    // No query of its own: Connection.isValid, and that at most once a second per connection.
    factory.setValidationQuery(null);
    factory.setValidationQueryTimeout(Duration.seconds(1));
    factory.setValidationInterval(Duration.seconds(1));
    factory.setCheckConnectionOnBorrow(true);
    factory.setCheckConnectionWhileIdle(true);
    factory.setEvictionInterval(Duration.seconds(5));
    factory.setRollbackOnReturn(true);
    factory.setUseFairQueue(true);
    factory.setJdbcInterceptors(Optional.empty());
    return factory;
  }
}
