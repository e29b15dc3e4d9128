package ai.orchard9.rdev.webhook.send;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.concurrent.Cancellable;
import org.jspecify.annotations.Nullable;

/// The limit of one attempt. No time-out of a socket could keep it: each byte would start it anew.
/// So what is under way is cancelled from outside, which closes its connection.
final class Watch implements AutoCloseable {

  /// The watch of the attempt that this thread makes: the client's resolver is told nothing of it.
  static final ScopedValue<Watch> CURRENT = ScopedValue.newInstance();

  private final ScheduledThreadPoolExecutor timer;
  private final long deadline;
  private @Nullable Cancellable underWay;
  private @Nullable Future<?> alarm;
  private boolean over;
  private boolean dialled;

  private Watch(ScheduledThreadPoolExecutor timer, Duration limit) {
    this.timer = timer;
    this.deadline = System.nanoTime() + limit.toNanos();
  }

  static Watch start(ScheduledThreadPoolExecutor timer, Duration limit) {
    var watch = new Watch(timer, limit);
    watch.alarmIn(limit.toNanos());
    return watch;
  }

  /// Has this cancelled when the time is up, or at once when it is.
  synchronized void over(Cancellable next) {
    underWay = next;
    dialled = false;
    if (over) {
      next.cancel();
    }
  }

  /// Shortens what is left.
  synchronized void shorten(Duration rest) {
    if (rest.compareTo(left()) < 0) {
      alarmIn(rest.toNanos());
    }
  }

  /// What is left, zero when it is over.
  Duration left() {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }

  synchronized boolean isOver() {
    return over;
  }

  /// Notes that a new connection was made for what is under way.
  synchronized void dialled() {
    dialled = true;
  }

  synchronized boolean hasDialled() {
    return dialled;
  }

  private synchronized void alarmIn(long nanos) {
    close();
    // Closing a TLS connection can wait for whoever writes to it: not on the one thread of the
    // timer.
    alarm =
        timer.schedule(
            () -> Thread.ofVirtual().name("webhook-limit").start(this::cancel),
            nanos,
            TimeUnit.NANOSECONDS);
  }

  private void cancel() {
    Cancellable late;
    synchronized (this) {
      over = true;
      late = underWay;
    }
    if (late != null) {
      late.cancel();
    }
  }

  @Override
  public synchronized void close() {
    if (alarm != null) {
      alarm.cancel(false);
    }
  }
}
