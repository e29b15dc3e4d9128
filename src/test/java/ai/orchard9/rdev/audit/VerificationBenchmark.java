package ai.orchard9.rdev.audit;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.bench.Report;
import ai.orchard9.rdev.bench.Samples;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// How long it takes to seal and to check many rows.
final class VerificationBenchmark {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final int REPETITIONS = 5;

  @Test
  void measuresSealingAndChecking() throws Exception {
    var audit = new AuditFixture(POSTGRES.jdbi());
    var read = new Samples(REPETITIONS);
    var verify = new Samples(REPETITIONS);
    audit.write(100_000);
    var seal = new Samples(1);
    seal.time(audit.sealer::sealAll);
    for (int i = 0; i < REPETITIONS; i++) {
      read.time(VerificationBenchmark::read);
      verify.time(() -> assertThat(audit.verify().checked()).isEqualTo(100_000));
    }

    new Report("h. The audit log: sealing and verifying", "100,000 rows, s", "median")
        .row("sealed", seconds(seal))
        .row("verified", seconds(verify))
        .row("bare: only read, by one query", seconds(read))
        .note("Target: verified in ≤ 5 s.")
        .write();
  }

  private static void read() {
    POSTGRES
        .jdbi()
        .useHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT a.*, s.* FROM audit_log a JOIN audit_seal s ON audit_id = id")
                    .mapToMap()
                    .list());
  }

  private static String seconds(Samples samples) {
    return String.format(Locale.ROOT, "%.2f", samples.median() / 1e3);
  }
}
