package ai.orchard9.rdev.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SharedClockTest {
  private final SimulatedTime time = new SimulatedTime();

  @Test
  void followsTheDatabaseWhateverThisMachineThinks() {
    var clock = time.clock(Duration.ofDays(400));

    var moved = clock.heard(time.micros(), clock.own(), clock.own());

    assertThat(moved).isEqualTo(-Duration.ofDays(400).toNanos() / 1000);
    assertThat(clock.micros()).isEqualTo(time.micros());
    time.advance(Duration.ofSeconds(3));
    assertThat(clock.micros()).isEqualTo(time.micros());
  }

  @Test
  void doesNotTakeASlowAnswerForAnotherTime() {
    var clock = time.clock(Duration.ZERO);
    var asked = clock.own();
    var told = time.micros();
    time.advance(Duration.ofSeconds(3));

    assertThat(clock.heard(told, asked, clock.own())).isZero();
    assertThat(clock.micros()).isEqualTo(time.micros());
  }

  @Test
  void comesAsNearAsTheRoundTripAllows() {
    var clock = time.clock(Duration.ofSeconds(5));
    var asked = clock.own();
    time.advance(Duration.ofMillis(10));
    var told = time.micros();
    time.advance(Duration.ofMillis(10));

    clock.heard(told, asked, clock.own());

    assertThat(Math.abs(clock.micros() - time.micros())).isLessThanOrEqualTo(10_000);
  }
}
