package ai.orchard9.rdev.ratelimit;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Every limit that operators may move while the service runs. An override is a row, so it holds on
/// every server within two seconds and over restarts; it wins over the configuration until it is
/// reset or its time is up. While the database is away, what was last known holds. Any thread may
/// call; values are read from memory.
public final class Limits implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(Limits.class);
  private static final String LOOP = "limits";
  private static final Duration INTERVAL = Duration.ofMillis(500);

  private final Jdbi jdbi;
  private final AuditLog audit;
  private final ConfiguredLimits configured;
  private final LongSupplier nanos;
  private final BackgroundMetrics metrics;
  private final Poller poller;
  private volatile Overrides overrides = Overrides.none();
  private boolean isAway;

  Limits(
      Jdbi jdbi,
      AuditLog audit,
      ConfiguredLimits configured,
      LongSupplier nanos,
      BackgroundMetrics metrics) {
    this.jdbi = jdbi;
    this.audit = audit;
    this.configured = configured;
    this.nanos = nanos;
    this.metrics = metrics;
    this.poller = new Poller(LOOP, INTERVAL, metrics, this::tick);
  }

  /// Knows the overrides before anything is limited, and says which there are.
  @Override
  public void start() {
    tick();
    show().stream().filter(it -> it.override() != null).forEach(Limits::announce);
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }

  private static void announce(Limit limit) {
    LOG.atInfo()
        .addKeyValue("limit", limit.name().wire())
        .addKeyValue("key", limit.key())
        .addKeyValue("value", limit.value())
        .addKeyValue("configured", limit.configured())
        .addKeyValue("until", limit.override() == null ? null : limit.override().until())
        .log("an override wins over the configuration");
  }

  /// Reads the overrides.
  void tick() {
    try {
      read();
      isAway = false;
    } catch (RuntimeException e) {
      metrics.failed(LOOP);
      if (!isAway) {
        isAway = true;
        LOG.atWarn().setCause(e).log("limits cannot be read; the last known ones hold");
      }
    }
  }

  private synchronized void read() {
    overrides = Overrides.of(jdbi.withExtension(LimitDao.class, LimitDao::list), nanos);
  }

  /// Requests that the caller's key may make in a window: the operators' word for this key, else
  /// the key's own limit, else that of all.
  int requestsPerWindow(Caller caller) {
    var own = overrides.find(caller.keyPrefix());
    var rps =
        own.isPresent() ? own.get().value() : caller.rateLimitRps().orElseGet(this::rateLimitRps);
    return (int) (rps * configured.rateLimitWindow().toSeconds());
  }

  /// Requests a second that a key may make which has no limit of its own.
  public int rateLimitRps() {
    return (int) value(LimitName.RATE_LIMIT_RPS);
  }

  /// The window of the rate limit; it does not change.
  public Duration rateLimitWindow() {
    return configured.rateLimitWindow();
  }

  /// Commands that may run in one project.
  public int concurrentCommands() {
    return (int) value(LimitName.CONCURRENT_COMMANDS);
  }

  /// Commands that may run on this server.
  public int maxRunningCommands() {
    return (int) value(LimitName.MAX_RUNNING_COMMANDS);
  }

  /// Streams that may be open on this server.
  public int maxStreams() {
    return (int) value(LimitName.MAX_STREAMS);
  }

  /// How old the list of projects may be.
  public Duration cacheTtl() {
    return Duration.ofMillis(value(LimitName.CACHE_TTL));
  }

  private long value(LimitName name) {
    return overrides.find(name).map(Overrides.Known::value).orElseGet(() -> configured.of(name));
  }

  /// Every limit as it holds on this server now, then those of single keys.
  public List<Limit> show() {
    var known = overrides;
    var limits = new ArrayList<Limit>();
    for (var name : LimitName.values()) {
      limits.add(
          known
              .find(name)
              .map(this::limit)
              .orElseGet(() -> new Limit(name, null, standard(name), standard(name), null)));
    }
    known.keys().forEach(it -> limits.add(limit(it)));
    return limits;
  }

  private Limit limit(Overrides.Known known) {
    var row = known.row();
    return new Limit(
        known.name(),
        row.keyPrefix(),
        known.name().text(known.value()),
        row.keyPrefix() == null ? standard(known.name()) : null,
        new Limit.Overridden(row.changedBy(), row.changedAt(), row.until()));
  }

  private String standard(LimitName name) {
    return name.text(configured.of(name));
  }

  /// Sets limits, here at once and on every other server within two seconds. Nothing is changed
  /// unless everything is right.
  ///
  /// @param values by name, as `rate_limit_rps` → `20`, `cache_ttl` → `10s`
  /// @param keyPrefix whose limit it is, only for `rate_limit_rps`: 8 hex digits, or `admin` for
  ///   the key of `RDEV_ADMIN_KEY`; empty: of all that have none of their own
  /// @param time after which it is as it was configured again; empty: until it is reset
  /// @param dryRun says what would be done and does nothing
  /// @return one change per value, also where it stays as it was
  /// @throws ApiException.BadRequest naming every unknown limit, value out of range, `key` or `for`
  public List<LimitChange> change(
      Actor actor,
      Map<String, String> values,
      Optional<String> keyPrefix,
      Optional<Duration> time,
      boolean dryRun) {
    var wanted = LimitRules.check(values, keyPrefix, time);
    var key = keyPrefix.orElse(null);
    return inTransaction(
        actor,
        dryRun,
        (dao, now) -> {
          var until = time.map(it -> dao.in(it.toMillis())).orElse(null);
          var changes = new ArrayList<LimitChange>();
          wanted.forEach(
              (name, value) -> {
                var to = name.text(value);
                changes.add(new LimitChange(name, key, from(now, name, key), to, until));
                if (!dryRun) {
                  dao.put(name.wire(), key, to, actor.keyName(), until);
                }
              });
          return changes;
        });
  }

  /// Takes overrides back, here at once and on every other server within two seconds.
  ///
  /// @param names of the limits; empty: all
  /// @param keyPrefix whose override it is; empty: those for all keys, and with no names those of
  ///   single keys too
  /// @param dryRun says what would be done and does nothing
  /// @return one change per override that there was
  /// @throws ApiException.BadRequest naming every unknown limit, or `key`
  public List<LimitChange> reset(
      Actor actor, Set<String> names, Optional<String> keyPrefix, boolean dryRun) {
    var wanted = LimitRules.check(names, keyPrefix);
    return inTransaction(
        actor,
        dryRun,
        (dao, now) -> {
          var changes = new ArrayList<LimitChange>();
          for (var known : now.all()) {
            var key = known.row().keyPrefix();
            var isMeant =
                keyPrefix.isPresent()
                    ? keyPrefix.get().equals(key)
                    : key == null || wanted.isEmpty();
            if (isMeant && (wanted.isEmpty() || wanted.contains(known.name()))) {
              var to = key == null ? standard(known.name()) : null;
              changes.add(
                  new LimitChange(known.name(), key, known.name().text(known.value()), to, null));
              if (!dryRun) {
                dao.remove(known.name().wire(), key);
              }
            }
          }
          return changes;
        });
  }

  private interface Work {
    List<LimitChange> run(LimitDao dao, Overrides now);
  }

  private List<LimitChange> inTransaction(Actor actor, boolean dryRun, Work work) {
    var changes =
        jdbi.inTransaction(
            transaction -> {
              var dao = transaction.attach(LimitDao.class);
              if (!dryRun) {
                dao.lock();
                dao.removeEnded();
              }
              var done = work.run(dao, Overrides.of(dao.list(), nanos));
              if (!dryRun) {
                done.forEach(it -> audit.append(transaction, entry(actor, it)));
              }
              return done;
            });
    if (!dryRun) {
      tick();
      changes.forEach(Limits::log);
    }
    return changes;
  }

  private @Nullable String from(Overrides now, LimitName name, @Nullable String key) {
    var known = key == null ? now.find(name) : now.find(key);
    return known
        .map(it -> name.text(it.value()))
        .orElseGet(() -> key == null ? standard(name) : null);
  }

  private static AuditEntry entry(Actor actor, LimitChange change) {
    var detail = new LinkedHashMap<String, @Nullable Object>();
    detail.put("name", change.name().wire());
    detail.put("key", change.key());
    detail.put("from", change.from());
    detail.put("to", change.to());
    detail.put("until", change.until() == null ? null : change.until().toString());
    return AuditEntry.allowed(actor, "limit.changed", null, change.name().wire(), detail);
  }

  private static void log(LimitChange change) {
    LOG.atInfo()
        .addKeyValue("limit", change.name().wire())
        .addKeyValue("key", change.key())
        .addKeyValue("from", change.from())
        .addKeyValue("to", change.to())
        .addKeyValue("until", change.until())
        .log("limit changed");
  }
}
