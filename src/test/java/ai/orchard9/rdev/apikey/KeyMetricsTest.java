package ai.orchard9.rdev.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Which keys somebody should rotate soon.
final class KeyMetricsTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final Actor ADMIN = new Actor(null, "admin", Actor.Kind.ADMIN_KEY);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final KeyMetrics metrics =
      new KeyMetrics(POSTGRES.jdbi(), new BackgroundMetrics(registry), registry);
  private final ApiKeyService service =
      new ApiKeyService(
          POSTGRES.jdbi(),
          AuditModule.log(POSTGRES.jdbi()),
          new KnownKeys(POSTGRES.jdbi(), System::nanoTime, new PrometheusRegistry()),
          () -> 10);

  @BeforeEach
  void empty() {
    POSTGRES.truncate("api_keys");
  }

  @Test
  void countsKeysThatEndWithinAWeek() {
    make("soon", Duration.ofDays(90), Duration.ofDays(84));
    make("later", Duration.ofDays(90), Duration.ofDays(80));
    make("over", Duration.ofDays(90), Duration.ofDays(91));
    make("short-lived", Duration.ofDays(10), Duration.ofDays(8));

    assertThat(counted()).isOne();
  }

  @Test
  void countsNoneThatWasRevoked() {
    var key = make("soon", Duration.ofDays(90), Duration.ofDays(84));
    assertThat(counted()).isOne();

    POSTGRES
        .jdbi()
        .useHandle(
            it ->
                it.execute(
                    "UPDATE api_keys SET revoked_at = clock_timestamp() WHERE id = ?",
                    key.key().id()));

    assertThat(counted()).isZero();
  }

  private double counted() {
    metrics.count();
    var found = registry.scrape(name -> name.equals("rdev_api_keys_expiring"));
    return ((GaugeSnapshot) found.get(0)).getDataPoints().getFirst().getValue();
  }

  /// A key that was made so long ago.
  private ApiKeyService.Made make(String name, Duration life, Duration age) {
    var wanted =
        new NewKey(name, List.of("keys:read"), null, null, null, life, null, null, null, null);
    var made = service.create(ADMIN, wanted, null);
    POSTGRES
        .jdbi()
        .useHandle(
            it ->
                it.execute(
                    "UPDATE api_keys SET created_at = created_at - ? * interval '1 second',"
                        + " expires_at = expires_at - ? * interval '1 second' WHERE id = ?",
                    age.toSeconds(),
                    age.toSeconds(),
                    made.key().id()));
    return made;
  }
}
