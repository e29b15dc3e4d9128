package ai.orchard9.rdev.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ContinuityTest {
  private final AtomicLong nanos = new AtomicLong();

  @Test
  void takesAWholeLeaseUnlessTheDatabaseWasThereBefore() {
    assertThat(continuity(true).reached()).isTrue();

    var fresh = continuity(false);
    assertThat(fresh.reached()).isFalse();
    for (int i = 0; i < 9; i++) {
      assertThat(after(fresh, 1)).isFalse();
    }
    assertThat(after(fresh, 1)).isTrue();
  }

  @Test
  void beginsAfreshAfterALongSilence() {
    var continuity = continuity(true);
    assertThat(continuity.reached()).isTrue();
    assertThat(after(continuity, 4)).isTrue();

    assertThat(after(continuity, 6)).isFalse();
    assertThat(after(continuity, 5)).isFalse();
    assertThat(after(continuity, 5)).isTrue();
  }

  private boolean after(Continuity continuity, int seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    return continuity.reached();
  }

  private Continuity continuity(boolean settled) {
    return new Continuity(Duration.ofSeconds(10), () -> settled, nanos::get);
  }
}
