package ai.orchard9.rdev.execution.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Session;
import ai.orchard9.rdev.testing.ProjectShell;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/// Far sides that do not do as they should.
class SpoolHungTest {
  private static final Duration LIMIT = Duration.ofMillis(300);

  /// Runs this text in place of the spool script.
  private static Runtime insteadOf(Runtime runtime, String text) {
    return new Runtime() {
      @Override
      public Listing list() {
        return new Listing(0, List.of(), List.of());
      }

      @Override
      public Session open(Place place, List<String> argv) throws RuntimeUnavailableException {
        return runtime.open(place, List.of("sh", "-c", text));
      }

      @Override
      public String spoolRoot() {
        return runtime.spoolRoot();
      }
    };
  }

  @Test
  void givesUpOnASessionThatNeverGreets() throws Exception {
    try (var bench = new Bench(ProjectShell.DASH);
        var spool =
            new Spool(
                insteadOf(bench.runtime, "exec sleep 3"),
                1 << 20,
                LIMIT,
                new PrometheusRegistry())) {
      assertThat(spool.start(bench.place, bench.order("true")))
          .isEqualTo(new StartResult.Unreached("no answer within 300 ms"));
    }
  }

  @Test
  void givesUpOnASessionThatNeverAnswersNorReads() throws Exception {
    var text = "echo rdev 1 i /tmp; exec sleep 3";
    try (var bench = new Bench(ProjectShell.DASH);
        var spool =
            new Spool(insteadOf(bench.runtime, text), 1 << 20, LIMIT, new PrometheusRegistry())) {
      var order = Bench.at(Bench.with(bench.order("cat"), new byte[1 << 20]), "i");
      assertGivesUp(() -> spool.start(bench.place, order));
    }
  }

  @Test
  void saysWhatAFarSideCannotDo() throws Exception {
    try (var bench = new Bench(ProjectShell.DASH);
        var spool =
            new Spool(
                insteadOf(bench.runtime, "echo failed no room"),
                1 << 20,
                LIMIT,
                new PrometheusRegistry())) {
      assertThat(spool.start(bench.place, bench.order("true")))
          .isEqualTo(new StartResult.Failed("no room"));
    }
  }

  @Test
  void replacesASpareSessionThatWent() throws Exception {
    try (var bench = new Bench(ProjectShell.DASH)) {
      bench.instance();
      for (var pid : Bench.processes(line -> line.contains(bench.root.toString()))) {
        Bench.signal("KILL", pid);
        ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
      }

      assertThat(bench.run("echo hi").finish().out()).isEqualTo("hi\n");
    }
  }

  private static void assertGivesUp(ThrowingCallable call) {
    long begin = System.nanoTime();
    assertThatThrownBy(call)
        .isInstanceOf(RuntimeUnavailableException.class)
        .hasMessageContaining("no answer");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
  }
}
