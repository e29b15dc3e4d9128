package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Seals what was written, in order, on one server at a time. The head is logged each minute, so
/// that there is one outside of the database to compare with.
final class Sealer implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);

  /// Contract section 9 gives it 2 s; a round may come late by a failed one and its own time.
  private static final Duration ROUND = Duration.ofMillis(500);

  private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long SEALER_LOCK = 0x72646576_6175646cL;
  private static final int BATCH = 2000;
  private static final int MOST_COUNTED = 1_000_000;

  private final Jdbi jdbi;
  private final Chain chain;
  private final Gauge unsealed;
  private final Gauge oldest;
  private final Poller poller;
  private volatile @Nullable Long sealedNanos;
  private long lastSaid = System.nanoTime() - MINUTE_NANOS;

  Sealer(Jdbi jdbi, Chain chain, BackgroundMetrics background, PrometheusRegistry registry) {
    this.jdbi = jdbi;
    this.chain = chain;
    this.unsealed =
        Gauge.builder()
            .name("rdev_audit_unsealed")
            .help("Rows of the audit log that wait for their seal")
            .register(registry);
    this.oldest =
        Gauge.builder()
            .name("rdev_audit_unsealed_seconds")
            .help("How long the oldest row of the audit log has waited for its seal, 0 for none")
            .register(registry);
    this.poller = new Poller("audit-sealer", ROUND, background, this::tick);
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }

  /// How long ago it was this server that sealed; empty when it never was.
  Optional<Duration> sinceSealing() {
    return Optional.ofNullable(sealedNanos).map(it -> Duration.ofNanos(System.nanoTime() - it));
  }

  private void tick() {
    sealAll();
    int waiting = jdbi.withExtension(SealDao.class, dao -> dao.countUnsealed(MOST_COUNTED));
    unsealed.set(waiting);
    double oldestSeconds = jdbi.withExtension(SealDao.class, SealDao::oldestUnsealedSeconds);
    oldest.set(oldestSeconds);
    if (System.nanoTime() - lastSaid >= MINUTE_NANOS) {
      lastSaid = System.nanoTime();
      jdbi.withExtension(SealDao.class, SealDao::head).ifPresent(Sealer::say);
    }
  }

  private static void say(SealDao.Seal head) {
    LOG.atInfo()
        .addKeyValue("rows", head.position())
        .addKeyValue("lastId", head.auditId())
        .addKeyValue("hash", head.hash())
        .log("audit head");
  }

  /// Seals all that is committed, unless another server does; returns how many rows.
  int sealAll() {
    int sealed = 0;
    int batch;
    do {
      batch = jdbi.inTransaction(transaction -> seal(transaction.attach(SealDao.class)));
      sealed += batch;
    } while (batch == BATCH);
    return sealed;
  }

  private int seal(SealDao dao) {
    if (!dao.tryLock(SEALER_LOCK)) {
      return 0;
    }
    sealedNanos = System.nanoTime();
    var rows = dao.listUnsealed(BATCH);
    if (!rows.isEmpty()) {
      dao.insert(seals(dao.head(), rows));
      dao.dequeue(rows.stream().map(AuditRow::id).toArray(Long[]::new));
    }
    return rows.size();
  }

  private List<SealDao.Seal> seals(Optional<SealDao.Seal> head, List<AuditRow> rows) {
    var position = head.map(SealDao.Seal::position).orElse(0L);
    var previous = head.map(SealDao.Seal::hash).orElse(Chain.BEGINNING);
    var seals = new ArrayList<SealDao.Seal>(rows.size());
    for (var row : rows) {
      var hash = chain.seal(previous, row, chain.isKeyed());
      seals.add(new SealDao.Seal(++position, row.id(), previous, hash, chain.isKeyed()));
      previous = hash;
    }
    return seals;
  }
}
