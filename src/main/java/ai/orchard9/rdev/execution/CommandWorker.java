package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.command.Claim;
import ai.orchard9.rdev.command.Result;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.OutputHashes;
import ai.orchard9.rdev.command.output.Segmenter;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.execution.Ending.Failure;
import ai.orchard9.rdev.execution.spool.AdoptOrder;
import ai.orchard9.rdev.execution.spool.AdoptResult;
import ai.orchard9.rdev.execution.spool.Attempt;
import ai.orchard9.rdev.execution.spool.End;
import ai.orchard9.rdev.execution.spool.Follow;
import ai.orchard9.rdev.execution.spool.KillReceipt;
import ai.orchard9.rdev.execution.spool.Marker;
import ai.orchard9.rdev.execution.spool.StartOrder;
import ai.orchard9.rdev.execution.spool.StartResult;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// Carries one claimed command to its end: start or adopt, record, end, report. One virtual thread
/// each; [#kill], [#handOver] and [#lose] may be called from any thread.
final class CommandWorker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandWorker.class);

  /// Given between TERM and KILL when nobody chose: contract section 5.1.
  static final Duration GRACE = Duration.ofSeconds(5);

  /// After this the start is noted in the row; shorter commands are finished by then.
  private static final Duration ACKNOWLEDGE_AFTER = Duration.ofMillis(100);

  /// How long the end may take once the kill is over and has left survivors.
  private static final Duration AFTER_KILL = Duration.ofMillis(700);

  private static final Duration WATCHDOG_SLACK = Duration.ofSeconds(30);
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final int START_TRIES = 3;

  private final Claim claim;
  private final Place place;
  private final boolean adopted;
  private final Execution execution;
  private final Attempt attempt;
  private final long deadline;
  private final Kills kills;
  private @Nullable String instance;
  private volatile boolean handingOver;
  private volatile boolean lost;
  private volatile @Nullable OutputRecorder recorder;

  CommandWorker(Claim claim, Place place, boolean adopted, Execution execution) {
    this.claim = claim;
    this.place = place;
    this.adopted = adopted;
    this.execution = execution;
    this.attempt = new Attempt(claim.command().id().value(), claim.command().attempt());
    this.deadline = System.nanoTime() + claim.remaining().toNanos();
    this.kills = new Kills(execution.spool(), place, attempt, this::wake);
    this.instance = claim.instance();
    var requested = claim.kill();
    if (requested != null) {
      kills.request(requested);
    }
  }

  String id() {
    return claim.command().id().value();
  }

  /// Somebody wants it to end.
  void kill(Claim.KillRequest request) {
    kills.request(request);
    wake();
  }

  /// The server stops: whoever comes next takes over at once.
  void handOver() {
    handingOver = true;
    wake();
  }

  /// The lease was lost: the row belongs to somebody else.
  void lose() {
    lost = true;
    wake();
  }

  private void wake() {
    var recording = recorder;
    if (recording != null) {
      recording.wake();
    }
  }

  private boolean isOver() {
    return handingOver || lost;
  }

  @Override
  @SuppressWarnings("CatchingUnchecked") // The edge of a thread: the lease brings the command back.
  public void run() {
    try (var _ = MDC.putCloseable("commandId", id());
        var _ = MDC.putCloseable("requestId", claim.command().requestId())) {
      work();
    } catch (InterruptedException e) {
      LOG.atInfo().log("command left to others");
    } catch (Exception e) {
      LOG.atError().setCause(e).log("command worker failed; the command will be taken over");
    } finally {
      execution.left(this);
    }
  }

  private void work() throws InterruptedException {
    var stored = claim.command();
    var follow = adopted ? adopt(stored.stdoutBytes(), stored.stderrBytes()) : start();
    if (follow.isPresent()) {
      follow(follow.get());
    }
    if (handingOver && !lost) {
      execution.queue().release(claim);
    }
  }

  // ── start ───────────────────────────────────────────────────────────────────────────────────────

  private Optional<Follow> start() throws InterruptedException {
    Failpoint.pass("claimed");
    if (kills.requested() != null) {
      finish(cancelledBeforeStart(), null);
      return Optional.empty();
    }
    for (int i = 0; i < START_TRIES && !isOver(); i++) {
      StartResult result;
      try {
        result = execution.spool().start(place, order());
      } catch (RuntimeUnavailableException e) {
        LOG.atWarn().setCause(e).log("start not answered; asking the spool whether it took place");
        return adopt(0, 0);
      }
      switch (result) {
        case StartResult.Started started -> {
          Failpoint.pass("started");
          LOG.atInfo()
              .addKeyValue("project", claim.command().project())
              .addKeyValue("type", claim.command().type().wire())
              .log("command started");
          return Optional.of(started.follow());
        }
        case StartResult.Refused refused -> {
          return adopt(0, 0);
        }
        case StartResult.OtherInstance other -> {
          if (!moveTo(other.actual())) {
            return Optional.empty();
          }
          Failpoint.pass("instance-stored");
        }
        case StartResult.Failed failed -> {
          finish(Ending.failed(Failure.startFailed(failed.reason()), new OutputHashes()), null);
          return Optional.empty();
        }
      }
    }
    return giveBack();
  }

  /// The row must name the spool before the start is sent to it.
  private boolean moveTo(String actual) {
    execution.instances().put(claim.command().project(), actual);
    if (!execution.queue().storeInstance(claim, actual)) {
      return false;
    }
    instance = actual;
    return true;
  }

  /// Provably never started: no start was ever sent.
  private Optional<Follow> giveBack() {
    execution.queue().requeue(claim);
    return Optional.empty();
  }

  private Ending cancelledBeforeStart() {
    return new Ending(
        null,
        new KillReceipt("cancel", List.of(), 0, List.of()),
        null,
        new OutputHashes());
  }

  private StartOrder order() {
    var request = claim.command().request();
    var launches = execution.launches();
    return new StartOrder(
        attempt,
        new Marker(claim.marker()),
        claim.token(),
        instance,
        Duration.ofSeconds(claim.command().timeoutSeconds()).plus(GRACE).plus(WATCHDOG_SLACK),
        launches.launch(claim),
        launches.environment(claim),
        request.path("workdir").asText(""),
        launches.stdin(claim));
  }

  // ── adopt ───────────────────────────────────────────────────────────────────────────────────────

  private Optional<Follow> adopt(long stdoutOffset, long stderrOffset) throws InterruptedException {
    var known = instance;
    if (known == null) {
      return giveBack();
    }
    while (!isOver()) {
      try {
        var order =
            new AdoptOrder(attempt, new Marker(claim.marker()), claim.token(), known, stdoutOffset, stderrOffset);
        return taken(execution.spool().adopt(place, order));
      } catch (RuntimeUnavailableException e) {
        LOG.atWarn().setCause(e).log("spool not reached; trying again");
        Thread.sleep(RETRY);
      }
    }
    return Optional.empty();
  }

  private Optional<Follow> taken(AdoptResult result) throws InterruptedException {
    switch (result) {
      case AdoptResult.Following following -> {
        if (adopted) {
          LOG.atInfo().addKeyValue("adoptions", claim.command().adoptions()).log("command adopted");
        }
        return Optional.of(following.follow());
      }
      case AdoptResult.NeverStarted never -> neverStarted();
      case AdoptResult.OtherInstance other ->
          finish(
              Ending.failed(
                  Failure.unknown("its container was replaced; its end was not seen"), storedHashes()),
              null);
      case AdoptResult.Stale stale -> lose();
    }
    return Optional.empty();
  }

  private void neverStarted() throws InterruptedException {
    if (kills.requested() != null && !claim.acknowledged()) {
      finish(cancelledBeforeStart(), null);
    } else if (!execution.queue().requeue(claim)) {
      // It had been acknowledged: it ran, and its spool is gone.
      finish(
          Ending.failed(
              Failure.unknown("its spool is gone; its end was not seen"), storedHashes()),
          null);
    }
  }

  private OutputHashes storedHashes() {
    return execution.output().hashes(key());
  }

  // ── follow ──────────────────────────────────────────────────────────────────────────────────────

  private void follow(Follow first) throws InterruptedException {
    var recording = newRecorder();
    recorder = recording;
    var watch = new WorkerWatch(recording);
    var follow = first;
    while (true) {
      var outcome = recording.record(follow, watch);
      switch (outcome) {
        case OutputRecorder.Outcome.Stale stale -> {
          lose();
          follow.close();
          return;
        }
        case OutputRecorder.Outcome.Stopped stopped -> {
          if (!isOver() && recording.flush(watch)) {
            finish(ending(null, null), null);
          }
          follow.bye();
          follow.close();
          return;
        }
        case OutputRecorder.Outcome.Done done -> {
          switch (done.end()) {
            case End.Ended ended -> {
              kills.awaitReceipt(ended.record().killed());
              finish(ending(ended, null), follow);
              return;
            }
            case End.Lost lostEnd -> {
              var failure = Failure.unknown("its supervisor is gone; its end was not seen");
              finish(ending(null, failure), follow);
              return;
            }
            case End.Cut cut -> {
              follow.close();
              var next =
                  adopt(recording.offset(StreamName.STDOUT), recording.offset(StreamName.STDERR));
              if (next.isEmpty()) {
                return;
              }
              follow = next.get();
            }
          }
        }
      }
    }
  }

  private Ending ending(End.@Nullable Ended ended, @Nullable Failure failure) {
    var recording = recorder;
    var limit = recording != null && recording.limitReached() && kills.receipt() == null;
    return new Ending(
        ended == null ? null : ended.record(),
        kills.receipt(),
        limit ? new Failure("OUTPUT_LIMIT", "printed more than OUTPUT_LIMIT_BYTES") : failure,
        recording == null ? null : recording.hashes());
  }

  private OutputRecorder newRecorder() {
    var command = claim.command();
    var segmenter =
        new Segmenter(
            id(),
            command.lastEventId() + 1,
            command.stdoutBytes(),
            command.stderrBytes(),
            execution.config().outputLimitBytes());
    var hashes = command.lastEventId() == 0 ? new OutputHashes() : storedHashes();
    return new OutputRecorder(
        key(), claim.token(), execution.owner(), execution.output(), segmenter, hashes);
  }

  private CommandKey key() {
    return new CommandKey(id(), claim.command().day());
  }

  // ── end ─────────────────────────────────────────────────────────────────────────────────────────

  /// Reports the end, for as long as it takes the database to come back.
  private void finish(Ending ending, @Nullable Follow follow) throws InterruptedException {
    var result = ending.result();
    Failpoint.pass("before-finish");
    while (!lost) {
      try {
        if (execution.queue().finish(claim, result)) {
          finished(result, follow);
          return;
        }
        lose();
      } catch (RuntimeException e) {
        LOG.atWarn().setCause(e).log("end not recorded yet");
        if (handingOver) {
          break;
        }
        Thread.sleep(RETRY);
      }
    }
    if (follow != null) {
      follow.bye();
      follow.close();
    }
  }

  private void finished(Result result, @Nullable Follow follow) {
    Failpoint.pass("finished");
    handingOver = false;
    LOG.atInfo()
        .addKeyValue("status", result.status().wire())
        .addKeyValue("exitCode", result.exitCode())
        .addKeyValue("errorCode", result.errorCode())
        .log("command finished");
    if (follow != null) {
      follow.done();
      follow.close();
    }
  }

  /// What has to be decided while output flows.
  private final class WorkerWatch implements OutputRecorder.Watch {
    private final OutputRecorder recording;
    private final long acknowledgeAt = System.nanoTime() + ACKNOWLEDGE_AFTER.toNanos();
    private boolean acknowledged = claim.acknowledged();

    WorkerWatch(OutputRecorder recording) {
      this.recording = recording;
    }

    @Override
    public long look() {
      var now = System.nanoTime();
      if (recording.limitReached()) {
        kills.request(new Claim.KillRequest("output_limit", GRACE));
      }
      if (now - deadline >= 0) {
        kills.request(new Claim.KillRequest("timeout", GRACE));
      }
      kills.begin();
      if (!acknowledged && now - acknowledgeAt >= 0) {
        acknowledge();
      }
      return next(now);
    }

    private long next(long now) {
      var next = now + Duration.ofSeconds(10).toNanos();
      if (!acknowledged) {
        next = Math.min(next, acknowledgeAt);
      }
      if (kills.requested() == null) {
        next = Math.min(next, deadline);
      }
      var over = kills.overAt();
      if (over.isPresent()) {
        next = Math.min(next, over.getAsLong() + AFTER_KILL.toNanos());
      }
      return next;
    }

    private void acknowledge() {
      acknowledged = true;
      try {
        execution.queue().acknowledge(claim);
      } catch (RuntimeException e) {
        LOG.atWarn().setCause(e).log("start not noted yet");
        acknowledged = false;
      }
    }

    @Override
    public boolean isOver() {
      var over = kills.overAt();
      return CommandWorker.this.isOver()
          || (over.isPresent()
              && System.nanoTime() - over.getAsLong() >= AFTER_KILL.toNanos());
    }
  }
}
