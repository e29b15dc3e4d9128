package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.background.Failpoint;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.OutputHashes;
import ai.orchard9.rdev.command.output.Segmenter;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.command.queue.Claim;
import ai.orchard9.rdev.command.queue.Result;
import ai.orchard9.rdev.execution.Ending.Failure;
import ai.orchard9.rdev.execution.spool.Attempt;
import ai.orchard9.rdev.execution.spool.End;
import ai.orchard9.rdev.execution.spool.Follow;
import ai.orchard9.rdev.tracing.Traced;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// Carries one claimed command to its end: begin, record, report. One virtual thread each; [#kill],
/// [#handOver] and [#lose] may be called from any thread.
final class CommandWorker implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandWorker.class);
  private static final Duration RETRY = Duration.ofMillis(500);

  private final Claim claim;
  private final boolean adopted;
  private final Execution execution;
  private final long startedAt;
  private final long deadline;
  private final Kills kills;
  private final Beginning beginning;
  private final AgentWatch agent;
  private volatile boolean handingOver;
  private volatile boolean lost;
  private volatile @Nullable OutputRecorder recorder;

  CommandWorker(Claim claim, boolean adopted, Execution execution) {
    this.claim = claim;
    this.adopted = adopted;
    this.execution = execution;
    this.deadline = System.nanoTime() + claim.remaining().toNanos();
    this.startedAt = deadline - Duration.ofSeconds(claim.command().timeoutSeconds()).toNanos();
    var attempt = new Attempt(id(), claim.command().attempt());
    this.kills = new Kills(execution.spool(), claim.place(), attempt, this::wake);
    this.beginning = new Beginning(claim, attempt, kills, execution, this::isOver);
    this.agent = new AgentWatch(command().type(), claim.budget(), execution.config().claude());
    var requested = claim.kill();
    if (requested != null) {
      kills.request(requested);
    }
  }

  String id() {
    return command().id().value();
  }

  Command command() {
    return claim.command();
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
        var _ = MDC.putCloseable("requestId", claim.command().requestId());
        var _ = Spans.claimed(claim, adopted)) {
      work();
    } catch (InterruptedException e) {
      LOG.atInfo().log("command left to others");
    } catch (Exception e) {
      execution.workerFailed();
      LOG.atError().setCause(e).log("command worker failed; the command will be taken over");
    } finally {
      kills.end();
      execution.left(this);
    }
  }

  private void work() throws InterruptedException {
    var done = begun(adopted ? carryOn() : start());
    if (!done && lost) {
      LOG.atInfo().log("command left to its new owner");
    } else if (!done && handingOver) {
      execution.queue().release(claim);
    }
  }

  private Begun start() throws InterruptedException {
    Spans.waited(claim);
    try (var _ = Traced.begin("command start")) {
      return beginning.start();
    }
  }

  private Begun carryOn() throws InterruptedException {
    var stored = claim.command();
    LOG.atInfo().addKeyValue("adoptions", stored.adoptions()).log("command adopted");
    Failpoint.pass("adopted");
    try (var _ = Traced.begin("command adopt")) {
      return beginning.adopt(stored.stdoutBytes(), stored.stderrBytes());
    }
  }

  /// Whether the command's end is written.
  private boolean begun(Begun begun) throws InterruptedException {
    return switch (begun) {
      case Begun.Following(var follow) -> follow(follow);
      case Begun.Over(var ending) -> finish(ending.with(told()), Optional.empty());
      case Begun.Left() -> false;
      case Begun.Lost() -> {
        lose();
        yield false;
      }
    };
  }

  private boolean follow(Follow first) throws InterruptedException {
    var recording = newRecorder();
    recorder = recording;
    var watch = new Supervision(claim, kills, execution, recording, agent, deadline, this::isOver);
    var follow = first;
    while (true) {
      switch (record(recording, follow, watch)) {
        case OutputRecorder.Outcome.Stale() -> {
          lose();
          return leave(follow);
        }
        case OutputRecorder.Outcome.Stopped() -> {
          if (isOver() || !recording.flush(watch)) {
            return leave(follow);
          }
          return finish(ending(recording, Optional.empty(), null), Optional.of(follow));
        }
        case OutputRecorder.Outcome.Done(End.Ended ended) -> {
          kills.awaitReceipt(ended.record().killed());
          return finish(ending(recording, Optional.of(ended), null), Optional.of(follow));
        }
        case OutputRecorder.Outcome.Done(End.Lost()) -> {
          var failure = Failure.unknown("its supervisor is gone; its end was not seen");
          return finish(ending(recording, Optional.empty(), failure), Optional.of(follow));
        }
        case OutputRecorder.Outcome.Done(End.Cut()) -> {
          follow.close();
          var next =
              beginning.adopt(
                  recording.offset(StreamName.STDOUT), recording.offset(StreamName.STDERR));
          if (!(next instanceof Begun.Following(var again))) {
            return begun(next);
          }
          follow = again;
        }
      }
    }
  }

  private static OutputRecorder.Outcome record(
      OutputRecorder recording, Follow follow, Supervision watch) throws InterruptedException {
    try (var _ = Traced.beside("command follow")) {
      return recording.record(follow, watch);
    }
  }

  private static boolean leave(Follow follow) {
    follow.bye();
    follow.close();
    return false;
  }

  private Ending ending(
      OutputRecorder recording, Optional<End.Ended> ended, @Nullable Failure failure) {
    var receipt = kills.receipt();
    var cut = recording.limitReached() && receipt == null;
    return new Ending(
        ended.map(End.Ended::record).orElse(null),
        receipt,
        cut ? Failure.outputLimit() : failure,
        recording.hashes(),
        agent.end());
  }

  /// What a run has told, although it is not followed.
  private AgentEnd told() {
    var command = command();
    if (command.type() == CommandType.CLAUDE && recorder == null && command.lastEventId() > 0) {
      execution.output().replay(new CommandKey(id(), command.day()), agent::replay);
    }
    return agent.end();
  }

  private OutputRecorder newRecorder() {
    var command = claim.command();
    var key = new CommandKey(id(), command.day());
    var segmenter =
        new Segmenter(
            id(),
            command.lastEventId() + 1,
            command.stdoutBytes(),
            command.stderrBytes(),
            execution.config().outputLimitBytes());
    var hashes = new OutputHashes();
    if (command.lastEventId() > 0) {
      execution
          .output()
          .replay(
              key,
              chunk -> {
                hashes.update(chunk);
                agent.replay(chunk);
              });
      agent.catchUp(segmenter);
    }
    return new OutputRecorder(
        key, claim.token(), execution.owner(), execution.output(), segmenter, hashes, agent);
  }

  /// Writes the end, for as long as it takes the database to come back.
  ///
  /// @param follow where the spool is told that it may go
  private boolean finish(Ending ending, Optional<Follow> follow) throws InterruptedException {
    var result = ending.result();
    Failpoint.pass("before-finish");
    try (var span = Traced.begin("command finish")) {
      Spans.ended(span, result);
      return write(result, follow);
    }
  }

  private boolean write(Result result, Optional<Follow> follow) throws InterruptedException {
    while (!lost) {
      try {
        if (execution.queue().finish(claim, result)) {
          finished(result, follow, System.nanoTime());
          return true;
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
    follow.ifPresent(CommandWorker::leave);
    return false;
  }

  private void finished(Result result, Optional<Follow> follow, long now) {
    execution.counts().ended(command(), result, now - startedAt, firstByteNanos());
    if (command().type() == CommandType.CLAUDE) {
      execution.agents().ended(agent.end().run(), result.status());
    }
    Failpoint.pass("finished");
    LOG.atInfo()
        .addKeyValue("status", result.status().wire())
        .addKeyValue("exitCode", result.exitCode())
        .addKeyValue("errorCode", result.errorCode())
        .log("command finished");
    // Not closed as well: what streams would see that and end, perhaps before it has heard this.
    follow.ifPresent(Follow::done);
  }

  /// Null where nothing was printed, or the first byte reached another server.
  private @Nullable Long firstByteNanos() {
    var recording = recorder;
    var first = recording == null ? null : recording.firstByteAt();
    var stored = command().stdoutBytes() + command().stderrBytes();
    return first == null || stored > 0 ? null : first - startedAt;
  }
}
