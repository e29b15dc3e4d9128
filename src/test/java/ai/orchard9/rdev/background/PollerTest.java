package ai.orchard9.rdev.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PollerTest {

  private static final Duration LONG = Duration.ofHours(1);

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final BackgroundMetrics metrics = new BackgroundMetrics(registry);

  @Test
  void ticksAtOnceAndAgainWhenWoken() throws Exception {
    var ticks = new AtomicInteger();
    var poller = new Poller("test", LONG, metrics, ticks::incrementAndGet);

    poller.start();
    await().until(() -> ticks.get() == 1);
    poller.wake();

    await().until(() -> ticks.get() == 2);
    poller.stop();
  }

  @Test
  void keepsAWakeUpThatComesDuringATick() throws Exception {
    var ticks = new AtomicInteger();
    var inTick = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var poller =
        new Poller(
            "test",
            LONG,
            metrics,
            () -> {
              if (ticks.incrementAndGet() == 1) {
                inTick.countDown();
                goOn.await();
              }
            });

    poller.start();
    inTick.await();
    poller.wake();
    goOn.countDown();

    await().until(() -> ticks.get() == 2);
    poller.stop();
  }

  @Test
  void survivesEveryFailureAndCountsIt() throws Exception {
    var ticks = new AtomicInteger();
    var poller =
        new Poller(
            "test",
            Duration.ofMillis(1),
            metrics,
            () -> {
              if (ticks.incrementAndGet() <= 2) {
                throw new AssertionError("expected by this test");
              }
            });

    poller.start();

    await().until(() -> ticks.get() > 3);
    poller.stop();
    assertThat(failures()).isEqualTo(2);
  }

  @Test
  void interruptsATickThatOutlastsTheLimitAtStop() throws Exception {
    var interrupted = new AtomicBoolean();
    var inTick = new CountDownLatch(1);
    var poller =
        new Poller(
            "test",
            LONG,
            Duration.ofMillis(20),
            metrics,
            () -> {
              inTick.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException expected) {
                interrupted.set(true);
                throw expected;
              }
            });

    poller.start();
    inTick.await();
    poller.stop();

    assertThat(interrupted).isTrue();
    assertThat(failures()).isZero();
  }

  private double failures() {
    return registry.scrape().stream()
        .filter(CounterSnapshot.class::isInstance)
        .map(CounterSnapshot.class::cast)
        .flatMap(counter -> counter.getDataPoints().stream())
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }
}
