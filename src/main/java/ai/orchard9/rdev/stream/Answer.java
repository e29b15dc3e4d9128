package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.http.Caller;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves one source into one open answer without ever blocking or holding a thread: it runs when
/// the source has news or a write has ended, has one write under way at most, and queues nothing.
final class Answer implements Runnable, Callback {

  private static final Logger LOG = LoggerFactory.getLogger(Answer.class);
  private static final int WRITES_PER_TURN = 8;
  private static final int MOST_FAILURES = 30;

  private final Follower follower;
  private final Source source;
  private final Sink sink;
  private final OpenStreams streams;
  private final AtomicInteger signals = new AtomicInteger();

  private volatile boolean writing;
  private volatile boolean preparing;
  private volatile boolean waitsForRetry;
  private volatile boolean silent;
  private volatile @Nullable Throwable failure;
  private volatile byte @Nullable [] farewell;
  private volatile boolean leaving;
  private volatile long lastWriteNanos = System.nanoTime();
  private boolean closed;
  private boolean farewellSaid;
  private int failures;

  /// Who follows what: for lists, closing and logs.
  ///
  /// @param openedNanos in [System#nanoTime]
  record Follower(long number, String project, String target, Caller caller, long openedNanos) {}

  Answer(Follower follower, Source source, Sink sink, OpenStreams streams) {
    this.follower = follower;
    this.source = source;
    this.sink = sink;
    this.streams = streams;
  }

  Follower follower() {
    return follower;
  }

  void open() {
    source.open(this::signal);
    signal();
  }

  /// There may be something to do. Never blocks.
  void signal() {
    if (signals.getAndIncrement() == 0) {
      streams.writers().execute(this);
    }
  }

  /// The clock's round: long silence ends with a heartbeat, and what failed is tried again.
  void tick(long nowNanos, long silenceNanos) {
    if (waitsForRetry) {
      waitsForRetry = false;
      signal();
    } else if (!writing && nowNanos - lastWriteNanos >= silenceNanos) {
      silent = true;
      signal();
    }
  }

  /// Ends the stream early: the client is told why, if it can be told.
  void leave(String code, String message) {
    farewell = source.farewell(code, message);
    leaving = true;
    signal();
  }

  @Override
  public void run() {
    int seen = signals.get();
    while (true) {
      boolean goOn;
      try {
        goOn = turn();
      } catch (RuntimeException e) {
        LOG.atWarn().addKeyValue("target", follower.target()).setCause(e).log("stream failed");
        close("failed", false);
        goOn = false;
      }
      if (goOn) {
        // Others wait too: to the end of the line, with the signals kept.
        streams.writers().execute(this);
        return;
      }
      seen = signals.addAndGet(-seen);
      if (seen == 0) {
        return;
      }
    }
  }

  @Override
  public void succeeded() {
    writing = false;
    signal();
  }

  @Override
  public void failed(Throwable reason) {
    failure = reason;
    writing = false;
    signal();
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  /// Writes while it can; true if there is more to do at once.
  private boolean turn() {
    for (int writes = 0; writes < WRITES_PER_TURN; writes++) {
      if (closed || (writing && failure == null)) {
        return false;
      }
      if (failure != null) {
        close("client", false);
        return false;
      }
      if (leaving) {
        sayFarewell();
        continue;
      }
      if (preparing || waitsForRetry) {
        beat();
        return false;
      }
      switch (source.poll()) {
        case Piece.Data data -> write(data);
        case Piece.Waiting() -> {
          beat();
          return false;
        }
        case Piece.Blocked() -> {
          prepare();
          return false;
        }
        case Piece.End() -> {
          close("complete", true);
          return false;
        }
        case Piece.Broken() -> {
          close("broken", false);
          return false;
        }
      }
    }
    return !writing;
  }

  private void beat() {
    byte[] heartbeat = silent ? source.heartbeat() : null;
    silent = false;
    if (heartbeat != null) {
      write(new Piece.Data(heartbeat));
    }
  }

  private void sayFarewell() {
    byte[] words = farewell;
    if (words == null || farewellSaid) {
      close("ended by server", farewellSaid);
    } else {
      farewellSaid = true;
      write(new Piece.Data(words));
    }
  }

  private void write(Piece.Data data) {
    writing = true;
    silent = false;
    lastWriteNanos = System.nanoTime();
    sink.write(data, this);
  }

  private void prepare() {
    preparing = true;
    streams
        .readers()
        .execute(
            () -> {
              try {
                source.prepare();
                failures = 0;
              } catch (Exception e) {
                retryLater(e);
              }
              preparing = false;
              signal();
            });
  }

  private void retryLater(Exception e) {
    failures++;
    if (failures == 1) {
      LOG.atWarn().addKeyValue("target", follower.target()).setCause(e).log("stream waits");
    }
    if (failures > MOST_FAILURES) {
      leave("SERVICE_UNAVAILABLE", "the output cannot be reached; reconnect later");
    } else {
      waitsForRetry = true;
    }
  }

  private void close(String reason, boolean whole) {
    closed = true;
    source.close();
    streams.closed(this, reason);
    if (whole) {
      sink.end();
    } else {
      sink.abort();
    }
  }
}
