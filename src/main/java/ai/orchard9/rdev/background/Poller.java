package ai.orchard9.rdev.background;

import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A loop on a virtual thread of its own: ticks at once, then whenever the interval has passed
/// since the end of the last tick or somebody called [#wake]. It survives every exception (logged
/// as WARN, counted). A wake-up during a tick is not lost: the next tick follows at once.
///
/// All methods may be called from any thread; ticks never overlap.
public final class Poller implements Managed {

  private static final Logger LOG = LoggerFactory.getLogger(Poller.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
  private static final Duration INTERRUPT_LIMIT = Duration.ofSeconds(1);

  private final String name;
  private final Duration interval;
  private final Duration stopLimit;
  private final BackgroundMetrics metrics;
  private final Tick tick;
  private final Semaphore wakes = new Semaphore(0);
  private volatile boolean stopping;
  private volatile @Nullable Thread thread;

  /// @param name of the loop: label of its metric, name of its thread
  public Poller(String name, Duration interval, BackgroundMetrics metrics, Tick tick) {
    this(name, interval, STOP_LIMIT, metrics, tick);
  }

  /// @param stopLimit how long [#stop] waits for a running tick before it interrupts it
  public Poller(
      String name, Duration interval, Duration stopLimit, BackgroundMetrics metrics, Tick tick) {
    this.name = name;
    this.interval = interval;
    this.stopLimit = stopLimit;
    this.metrics = metrics;
    this.tick = tick;
    metrics.expect(name);
  }

  @Override
  public void start() {
    thread = Thread.ofVirtual().name(name).start(this::loop);
  }

  /// Has the next tick come now. Never blocks.
  public void wake() {
    if (wakes.availablePermits() == 0) {
      wakes.release();
    }
  }

  /// Ends the loop after the running tick, which is interrupted when it outlasts the limit.
  @Override
  public void stop() throws InterruptedException {
    stopping = true;
    wake();
    var running = thread;
    if (running != null && !running.join(stopLimit)) {
      LOG.atWarn().addKeyValue("loop", name).log("background loop interrupted at stop");
      running.interrupt();
      var ended = running.join(INTERRUPT_LIMIT);
      if (!ended) {
        LOG.atWarn().addKeyValue("loop", name).log("background loop left behind at stop");
      }
    }
  }

  private void loop() {
    while (!stopping) {
      runOnce();
      try {
        var woken = wakes.tryAcquire(interval.toNanos(), TimeUnit.NANOSECONDS);
        if (woken) {
          wakes.drainPermits();
        }
      } catch (InterruptedException stray) {
        // Only stop() ends the loop, and it has set the flag before it interrupts.
        LOG.atDebug().addKeyValue("loop", name).log("background loop interrupted");
      }
    }
  }

  @SuppressWarnings("CatchingUnchecked") // The edge of a thread: whatever it is, the loop goes on.
  private void runOnce() {
    try {
      tick.run();
    } catch (InterruptedException interrupted) {
      if (!stopping) {
        failed(interrupted);
      }
    } catch (Throwable failure) {
      failed(failure);
    }
  }

  private void failed(Throwable failure) {
    metrics.failed(name);
    LOG.atWarn().addKeyValue("loop", name).setCause(failure).log("background loop failed");
  }
}
