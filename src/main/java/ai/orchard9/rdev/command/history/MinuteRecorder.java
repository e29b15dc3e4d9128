package ai.orchard9.rdev.command.history;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Counts each minute a few seconds after it, on whichever server comes first, and forgets what is
/// old. After an outage the minutes missed are counted from the newest back.
final class MinuteRecorder implements Managed {
  /// How far back minutes are made up for; more stays a gap.
  static final int REACH = 60;

  /// For what is committed late: a row's times are taken before its commit. What takes longer is
  /// missing from the picture, and from nothing else.
  static final Duration MARGIN = Duration.ofSeconds(5);

  static final Duration KEPT = Duration.ofDays(7);

  private static final Duration ROUND = Duration.ofSeconds(5);
  private static final Duration SKEW = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final long LOCK = 0x72646576_6d696e73L;

  private final Jdbi jdbi;
  private final Poller poller;

  MinuteRecorder(Jdbi jdbi, BackgroundMetrics background) {
    this.jdbi = jdbi;
    this.poller = new Poller("command-history", ROUND, background, this::tick);
  }

  @Override
  public void start() {
    poller.start();
  }

  @Override
  public void stop() throws InterruptedException {
    poller.stop();
  }

  /// One round: counts what is due, minute by minute; returns how many.
  int tick() {
    var counted = 0;
    while (!Thread.currentThread().isInterrupted() && jdbi.inTransaction(this::countNext)) {
      counted++;
    }
    return counted;
  }

  /// False when nothing is due, or another server is at it.
  private boolean countNext(Handle transaction) {
    var dao = transaction.attach(HistoryDao.class);
    if (!dao.tryLock(LOCK)) {
      return false;
    }
    var due = dao.due((int) MARGIN.toSeconds(), REACH);
    due.ifPresent(it -> count(dao, it));
    return due.isPresent();
  }

  /// An event is written after the time that it speaks of was taken, by the same statement.
  private static void count(HistoryDao dao, HistoryDao.Due due) {
    var first = dao.firstEventSince(due.minute().minus(SKEW));
    var end = dao.firstEventSince(due.minute().plus(MINUTE).plus(MARGIN));
    dao.record(due.minute(), first, end, due.isNewest());
    dao.purge(KEPT.toSeconds());
  }
}
