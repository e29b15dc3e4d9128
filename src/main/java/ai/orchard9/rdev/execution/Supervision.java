package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.agent.AgentRun;
import ai.orchard9.rdev.command.queue.Claim;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What has to be decided while a command's output flows: its time is up, it prints too much,
/// somebody wants it to end, its start has to be noted.
final class Supervision implements OutputRecorder.Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Supervision.class);

  /// After this the start is noted in the row; shorter commands are finished by then.
  private static final Duration ACKNOWLEDGE_AFTER = Duration.ofMillis(100);

  private static final Duration ACKNOWLEDGE_AGAIN = Duration.ofSeconds(1);

  /// How long the end may take once a kill has left survivors, of which the leader may be one: with
  /// the 0.6 s that the kill takes after its grace it stays inside the contract's grace + 1 s.
  private static final long SURVIVED_NANOS = Duration.ofMillis(300).toNanos();

  /// The same when it left none: the end is on its way, but the machine may be busy.
  private static final long KILLED_NANOS = Duration.ofSeconds(5).toNanos();

  private static final long IDLE_NANOS = Duration.ofSeconds(10).toNanos();

  private final Claim claim;
  private final Kills kills;
  private final Execution execution;
  private final OutputRecorder recorder;
  private final AgentWatch agent;
  private final long deadline;
  private final BooleanSupplier lettingGo;
  private long acknowledgeAt = System.nanoTime() + ACKNOWLEDGE_AFTER.toNanos();
  private boolean acknowledged;

  /// Watches one command.
  ///
  /// @param deadline of its timeout, in [System#nanoTime]
  /// @param lettingGo whether this server should let go of it
  Supervision(
      Claim claim,
      Kills kills,
      Execution execution,
      OutputRecorder recorder,
      AgentWatch agent,
      long deadline,
      BooleanSupplier lettingGo) {
    this.claim = claim;
    this.kills = kills;
    this.execution = execution;
    this.recorder = recorder;
    this.agent = agent;
    this.deadline = deadline;
    this.lettingGo = lettingGo;
    this.acknowledged = claim.acknowledged();
  }

  @Override
  public long look() {
    var now = System.nanoTime();
    if (recorder.limitReached()) {
      kills.request(new Claim.KillRequest("output_limit", Kills.GRACE));
    }
    agent.endsFor(now).ifPresent(why -> kills.request(new Claim.KillRequest(why, Kills.GRACE)));
    if (now - deadline >= 0) {
      // What has told its result is over but for its process.
      var why = agent.hasResult() ? "agent_result" : "timeout";
      kills.request(new Claim.KillRequest(why, Kills.GRACE));
    }
    kills.begin();
    agent.stalled(now).ifPresent(recorder::tell);
    agent.toNote(now).ifPresent(this::note);
    if (!acknowledged && now - acknowledgeAt >= 0) {
      acknowledge(now);
    }
    return next(now);
  }

  @Override
  public boolean isOver() {
    return lettingGo.getAsBoolean() || killedInVain();
  }

  /// The signals were sent, and still no end has come.
  private boolean killedInVain() {
    var until = patience();
    return until.isPresent() && System.nanoTime() - until.getAsLong() >= 0;
  }

  /// Until when an end is waited for after a kill; empty without one.
  private OptionalLong patience() {
    var over = kills.overAt();
    var receipt = kills.receipt();
    if (over.isEmpty() || receipt == null) {
      return OptionalLong.empty();
    }
    var wait = receipt.survivors().isEmpty() ? KILLED_NANOS : SURVIVED_NANOS;
    return OptionalLong.of(over.getAsLong() + wait);
  }

  private long next(long now) {
    var next = now + IDLE_NANOS;
    if (!acknowledged) {
      next = Math.min(next, acknowledgeAt);
    }
    if (kills.requested() == null) {
      next = Math.min(next, Math.min(deadline, agent.next(now)));
    }
    var until = patience();
    return until.isPresent() ? Math.min(next, until.getAsLong()) : next;
  }

  private void note(AgentRun run) {
    try {
      execution.queue().noteAgent(claim, run.json(), run.sessionId());
      agent.noted(run);
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("what the agent has told is not noted yet");
    }
  }

  private void acknowledge(long now) {
    try {
      execution.queue().acknowledge(claim);
      acknowledged = true;
    } catch (RuntimeException e) {
      LOG.atWarn().setCause(e).log("start not noted yet");
      acknowledgeAt = now + ACKNOWLEDGE_AGAIN.toNanos();
    }
  }
}
