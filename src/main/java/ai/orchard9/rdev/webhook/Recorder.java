package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.background.Failpoint;
import ai.orchard9.rdev.database.GroupCommit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes down how claims ended: those that end at the same time share a commit.
final class Recorder {
  private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);
  private static final Actor SYSTEM = new Actor(null, "webhooks", Actor.Kind.SYSTEM);

  /// One: what ends while it writes makes the next write larger.
  private static final int LANES = 1;

  private static final int AT_ONCE = 200;

  private final Jdbi jdbi;
  private final AuditLog audit;
  private final WebhookMetrics metrics;
  private final GroupCommit<Verdict, Optional<Outcome>> commits;

  Recorder(Jdbi jdbi, AuditLog audit, WebhookMetrics metrics) {
    this.jdbi = jdbi;
    this.audit = audit;
    this.metrics = metrics;
    this.commits =
        new GroupCommit<>("webhook-record", LANES, AT_ONCE, AT_ONCE, _ -> 1, this::write);
  }

  /// Writes it down. What counts is what the row says: a delivery of a webhook that was disabled
  /// meanwhile is not tried again.
  ///
  /// @return what became of it; empty: somebody else holds it by now
  Optional<Outcome> record(Verdict verdict) {
    return commits.write(verdict);
  }

  private List<Optional<Outcome>> write(List<Verdict> verdicts) {
    var disabled = new ArrayList<RecordDao.Disabled>();
    var outcomes =
        jdbi.inTransaction(
            handle -> {
              disabled.clear();
              return write(handle, verdicts, disabled);
            });
    disabled.forEach(this::tell);
    Failpoint.pass("webhook-recorded");
    return verdicts.stream().map(it -> Optional.ofNullable(outcomes.get(it.claim().id()))).toList();
  }

  private void tell(RecordDao.Disabled disabled) {
    metrics.disabled(disabled.reason());
    LOG.atWarn()
        .addKeyValue("webhookId", disabled.id())
        .addKeyValue("reason", disabled.reason())
        .log("webhook disabled");
  }

  /// @param disabled filled with what is to be told after the commit
  private Map<UUID, Outcome> write(
      Handle handle, List<Verdict> verdicts, List<RecordDao.Disabled> disabled) {
    var dao = handle.attach(RecordDao.class);
    var health = Health.of(verdicts);
    var changing =
        health.tried().isEmpty()
            ? List.<UUID>of()
            : dao.lockChanging(
                array(health.tried()),
                array(health.fine()),
                array(health.failing()),
                array(health.gone()),
                RecordDao.FAILING_HOURS);
    tell(dao, health);
    if (!changing.isEmpty()) {
      disabled.addAll(change(handle, dao, changing, health));
    }
    return dao.record(new VerdictColumns(verdicts)).stream()
        .collect(
            Collectors.toMap(
                RecordDao.Written::id,
                it -> Outcome.valueOf(it.outcome().toUpperCase(Locale.ROOT))));
  }

  private static void tell(RecordDao dao, Health health) {
    if (!health.quick().isEmpty()) {
      dao.quick(array(health.quick()));
    }
    if (!health.slow().isEmpty()) {
      dao.slow(array(health.slowOnes()), health.times(), health.hangs());
    }
  }

  private List<RecordDao.Disabled> change(
      Handle handle, RecordDao dao, List<UUID> changing, Health health) {
    dao.recovered(array(changing.stream().filter(health.fine()::contains).toList()));
    var failing = array(changing.stream().filter(health.failing()::contains).toList());
    dao.failing(failing);
    var ended = dao.disable(array(changing), array(health.gone()), RecordDao.FAILING_HOURS);
    for (var disabled : ended) {
      audit.append(
          handle,
          AuditEntry.allowed(
              SYSTEM,
              "webhook.disabled",
              null,
              disabled.id().toString(),
              Map.of("reason", disabled.reason())));
    }
    return ended;
  }

  private static UUID[] array(Collection<UUID> ids) {
    return ids.toArray(UUID[]::new);
  }
}
