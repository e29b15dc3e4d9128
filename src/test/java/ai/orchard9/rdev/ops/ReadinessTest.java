package ai.orchard9.rdev.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/// Whether requests should be sent here.
final class ReadinessTest {

  @Test
  void namesWhatFailed() throws Exception {
    var readiness =
        new Readiness(
            Map.of(
                "database",
                () -> {
                  throw new IllegalStateException("gone");
                }));

    assertThat(readiness.report())
        .isEqualTo(new Readiness.Report("unready", Map.of("database", "failed: gone")));
  }

  @Test
  void isTheHealthCheckOfTheAdminPort() {
    var readiness = new Readiness(Map.of("database", () -> "ok"));
    var check = new ReadinessHealthCheck(readiness);
    assertThat(check.execute().isHealthy()).isTrue();

    readiness.drain();

    assertThat(check.execute().isHealthy()).isFalse();
    assertThat(check.execute().getMessage()).isEqualTo("draining; database: ok");
  }

  @Test
  void isNotReadyOnceTheServerGoesDown() throws Exception {
    var readiness = new Readiness(Map.of("database", () -> "ok"));
    assertThat(readiness.report().status()).isEqualTo("ready");

    readiness.drain();

    assertThat(readiness.report())
        .isEqualTo(new Readiness.Report("draining", Map.of("database", "ok")));
    readiness.resume();
    assertThat(readiness.report().status()).isEqualTo("ready");
  }
}
