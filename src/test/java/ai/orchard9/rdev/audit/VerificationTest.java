package ai.orchard9.rdev.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// That nobody changes the record unseen, not even with all rights over the database.
final class VerificationTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private final AuditFixture audit = new AuditFixture(POSTGRES.jdbi());

  @BeforeEach
  void empty() {
    audit.clear();
  }

  @Test
  void findsNothingInAnUntouchedRecord() {
    audit.sealed(10);

    var result = audit.verify();

    assertThat(result.valid()).isTrue();
    assertThat(result.checked()).isEqualTo(10);
    assertThat(result.firstBrokenId()).isNull();
    assertThat(result.head()).matches("[0-9a-f]{64}");
  }

  @Test
  void findsNothingInAnEmptyRecordAndInOneThatIsNotSealedYet() {
    assertThat(audit.verify()).isEqualTo(new Verification.Result(true, 0, null, null));

    audit.log.append(AuditFixture.entry("fresh"));

    assertThat(audit.verify()).isEqualTo(new Verification.Result(true, 0, null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE audit_log SET target = 'other' WHERE id = 4 | 4",
        "UPDATE audit_log SET detail = '{}' WHERE id = 4 | 4",
        "UPDATE audit_log SET at = at + interval '1 microsecond' WHERE id = 4 | 4",
        "UPDATE audit_log SET actor_key_name = 'somebody else' WHERE id = 4 | 4",
        "UPDATE audit_log SET actor_kind = 'key' WHERE id = 4 | 4",
        "UPDATE audit_log SET actor_key_id = gen_random_uuid() WHERE id = 4 | 4",
        "UPDATE audit_log SET client_ip = NULL WHERE id = 4 | 4",
        "UPDATE audit_log SET client_ip = request_id, request_id = client_ip WHERE id = 4 | 4",
        "UPDATE audit_log SET project = 'demo' WHERE id = 4 | 4",
        "UPDATE audit_log SET project = '' WHERE id = 4 | 4",
        "UPDATE audit_log SET action = 'task.ran' WHERE id = 4 | 4",
        "UPDATE audit_log SET outcome = 'denied' WHERE id = 4 | 4",
        "UPDATE audit_log SET target = 'row 9' WHERE id = 9; "
            + "UPDATE audit_log SET target = 'x' WHERE id IN (7, 3) | 3",
        "DELETE FROM audit_log WHERE id = 4 | 4",
        "DELETE FROM audit_log WHERE id = 1 | 1",
        "DELETE FROM audit_log WHERE id = 10 | 10",
        "DELETE FROM audit_seal WHERE audit_id = 4 | 4",
        "DELETE FROM audit_seal WHERE audit_id = 10 | 10",
        "UPDATE audit_seal SET hash = repeat('0', 64) WHERE audit_id = 4 | 4",
        "UPDATE audit_seal SET position = position + 100 WHERE audit_id = 4 | 5",
        "UPDATE audit_seal SET keyed = true WHERE audit_id = 4 | 4",
        "INSERT INTO audit_log (actor_key_name, actor_kind, action, outcome, detail)"
            + " VALUES ('me', 'key', 'key.revoked', 'allowed', '{}') | 11",
      })
  void namesTheFirstRowThatIsNotAsItWas(String tampering, long firstBad) {
    audit.sealed(10);

    audit.tamper(tampering.split(";", -1));

    var result = audit.verify();
    assertThat(result.valid()).isFalse();
    assertThat(result.firstBrokenId()).isEqualTo(firstBad);
  }

  /// Measured in docs/benchmarks.md; the bound is the promise.
  @Test
  void checksAHundredThousandRowsWithinFiveSeconds() {
    audit.write(100_000);
    audit.sealer.sealAll();

    assertTimeout(
        Duration.ofSeconds(5), () -> assertThat(audit.verify().checked()).isEqualTo(100_000));
  }

  @Test
  void findsTwoRowsThatChangedPlaces() {
    audit.sealed(10);

    audit.tamper(
        "UPDATE audit_log SET target = CASE id WHEN 3 THEN 'row 6' ELSE 'row 3' END"
            + " WHERE id IN (3, 6)");

    assertThat(audit.verify().firstBrokenId()).isEqualTo(3);
  }

  @Test
  void findsARowThatWentTogetherWithItsSeal() {
    audit.sealed(10);

    audit.tamper("DELETE FROM audit_log WHERE id = 4", "DELETE FROM audit_seal WHERE audit_id = 4");

    // Nothing is left that could name it: the chain breaks at the row behind it.
    assertThat(audit.verify().firstBrokenId()).isEqualTo(5);
  }

  @Test
  void findsARowThatWentBeforeItWasSealed() {
    audit.sealed(3);
    audit.log.append(AuditFixture.entry("fresh"));

    audit.tamper("DELETE FROM audit_log WHERE id = 4");
    audit.sealer.sealAll();

    assertThat(audit.verify().firstBrokenId()).isEqualTo(4);
  }

  @Test
  void findsRowsCutOffTheEndByAHeadNotedBefore() {
    audit.sealed(10);
    var noted = Optional.ofNullable(audit.verify().head());

    audit.tamper("DELETE FROM audit_log WHERE id > 7", "DELETE FROM audit_seal WHERE audit_id > 7");

    assertThat(audit.verify().valid()).isTrue();
    assertThat(audit.verify(noted).valid()).isFalse();
    assertThat(audit.verify(noted).firstBrokenId()).isEqualTo(8);
  }

  @Test
  void anOlderHeadIsStillPartOfTheRecord() {
    audit.sealed(5);
    var noted = Optional.ofNullable(audit.verify().head());
    audit.sealed(5);

    assertThat(audit.verify(noted).valid()).isTrue();
    assertThat(audit.verify(Optional.of(Chain.BEGINNING)).valid()).isTrue();
    assertThat(audit.verify(Optional.of("f".repeat(64))).valid()).isFalse();
  }

  @Test
  void withAKeyNobodyElseCanMakeSeals() {
    var keyed = new AuditFixture(POSTGRES.jdbi(), Optional.of(new Secret<>("k".repeat(32))));
    audit.sealed(2);
    keyed.sealed(2);
    assertThat(keyed.verify()).matches(Verification.Result::valid);

    keyed.tamper("UPDATE audit_log SET target = 'other' WHERE id = 4");
    forgeSeal(4, false);
    assertThat(keyed.verify().firstBrokenId()).isEqualTo(4);

    forgeSeal(4, true);
    assertThat(keyed.verify().firstBrokenId()).isEqualTo(4);
  }

  @Test
  void aKeyedRecordIsNotValidWithoutItsKey() {
    new AuditFixture(POSTGRES.jdbi(), Optional.of(new Secret<>("k".repeat(32)))).sealed(2);

    assertThat(audit.verify().firstBrokenId()).isEqualTo(1);
  }

  /// Seals a row as one can who knows the form but not the key.
  private void forgeSeal(long id, boolean keyed) {
    var before =
        POSTGRES.jdbi().withExtension(SealDao.class, dao -> dao.listSeals(id - 2, 1)).getFirst();
    var row =
        POSTGRES.jdbi().withExtension(SealDao.class, dao -> dao.listSealed(id - 1, id)).getFirst();
    var hash = new Chain(Optional.empty()).seal(before.hash(), row, false);
    audit.tamper(
        "UPDATE audit_seal SET hash = '%s', keyed = %s WHERE audit_id = %d"
            .formatted(hash, keyed, id));
  }
}
