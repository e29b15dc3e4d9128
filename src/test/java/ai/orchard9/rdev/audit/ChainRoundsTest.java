package ai.orchard9.rdev.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// That tampering is noticed without anybody asking.
final class ChainRoundsTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final AuditFixture audit = new AuditFixture(POSTGRES.jdbi());
  private final ChainRounds rounds =
      new ChainRounds(
          new Verification(audit.jdbi, audit.chain),
          new BackgroundMetrics(new PrometheusRegistry()),
          audit.registry);

  @BeforeEach
  void empty() {
    audit.clear();
  }

  @Test
  void goesThroughAllPages() {
    audit.write(12_000);
    audit.sealer.sealAll();

    rounds.step();
    assertThat(verified()).isEqualTo(5_000);
    rounds.step();
    rounds.step();

    assertThat(verified()).isEqualTo(12_000);
    assertThat(broken()).isZero();
  }

  @Test
  void noticesWhatWasChangedSinceTheLastRound() {
    audit.sealed(10);
    rounds.step();
    assertThat(broken()).isZero();

    audit.tamper("UPDATE audit_log SET target = 'other' WHERE id = 4");
    nextRound();

    assertThat(broken()).isOne();
  }

  @Test
  void noticesWhatWasCutOffTheEndSinceTheLastRound() {
    audit.sealed(10);
    rounds.step();

    audit.tamper("DELETE FROM audit_seal WHERE audit_id > 8", "DELETE FROM audit_log WHERE id > 8");
    nextRound();

    assertThat(broken()).isOne();
  }

  @Test
  void restsBetweenTwoRounds() {
    audit.sealed(10);
    rounds.step();
    assertThat(verified()).isEqualTo(10);

    rounds.step();

    assertThat(verified()).isEqualTo(10);
    nextRound();
    assertThat(verified()).isEqualTo(20);
  }

  @Test
  void theSealerTellsHowLongTheOldestRowWaits() {
    audit.log.append(AuditFixture.entry("fresh"));
    audit.tamper("UPDATE audit_log SET at = at - interval '1 hour'");

    assertThat(audit.jdbi.withExtension(SealDao.class, SealDao::oldestUnsealedSeconds))
        .isBetween(3600.0, 3700.0);
    audit.sealer.sealAll();
    assertThat(audit.jdbi.withExtension(SealDao.class, SealDao::oldestUnsealedSeconds)).isZero();
  }

  private void nextRound() {
    for (int i = 0; i <= ChainRounds.REST; i++) {
      rounds.step();
    }
  }

  private double broken() {
    var found = audit.registry.scrape(name -> name.equals("rdev_audit_chain_broken"));
    return ((GaugeSnapshot) found.get(0)).getDataPoints().getFirst().getValue();
  }

  private double verified() {
    var found = audit.registry.scrape(name -> name.equals("rdev_audit_verified_rows"));
    return ((CounterSnapshot) found.get(0)).getDataPoints().getFirst().getValue();
  }
}
