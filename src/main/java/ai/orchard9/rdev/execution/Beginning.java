package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.background.Failpoint;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.OutputHashes;
import ai.orchard9.rdev.command.queue.Claim;
import ai.orchard9.rdev.execution.Ending.Failure;
import ai.orchard9.rdev.execution.spool.AdoptOrder;
import ai.orchard9.rdev.execution.spool.AdoptResult;
import ai.orchard9.rdev.execution.spool.Attempt;
import ai.orchard9.rdev.execution.spool.Marker;
import ai.orchard9.rdev.execution.spool.StartOrder;
import ai.orchard9.rdev.execution.spool.StartResult;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.SessionRefusedException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts an attempt at most once, or takes over one that was started. The row names the spool
/// before any start is sent to it; whether a start took place is decided by one rename in the
/// spool.
final class Beginning {
  private static final Logger LOG = LoggerFactory.getLogger(Beginning.class);
  private static final Duration WATCHDOG_SLACK = Duration.ofSeconds(30);
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(1);
  private static final int START_TRIES = 3;

  private final Claim claim;
  private final Attempt attempt;
  private final Kills kills;
  private final Execution execution;
  private final BooleanSupplier over;
  private @Nullable String instance;

  /// Begins nothing yet.
  ///
  /// @param over whether this server should let go of the command
  Beginning(Claim claim, Attempt attempt, Kills kills, Execution execution, BooleanSupplier over) {
    this.claim = claim;
    this.attempt = attempt;
    this.kills = kills;
    this.execution = execution;
    this.over = over;
    this.instance = claim.instance();
  }

  /// Starts a command that was just claimed.
  Begun start() throws InterruptedException {
    Failpoint.pass("claimed");
    if (kills.requested() != null) {
      return new Begun.Over(Ending.cancelledBeforeStart());
    }
    for (int i = 0; i < START_TRIES && !over.getAsBoolean(); i++) {
      StartResult result;
      try {
        result = execution.spool().start(claim.place(), order());
      } catch (RuntimeUnavailableException e) {
        LOG.atWarn().setCause(e).log("start not answered; asking the spool whether it took place");
        return adopt(0, 0);
      }
      switch (result) {
        case StartResult.Started started -> {
          Failpoint.pass("started");
          logStart();
          return new Begun.Following(started.follow());
        }
        case StartResult.Refused() -> {
          return adopt(0, 0);
        }
        case StartResult.Unreached(var reason) -> {
          LOG.atWarn().addKeyValue("reason", reason).log("no session opens; queued again");
          execution.rest(claim.command().project());
          return putBack();
        }
        case StartResult.Failed(var reason) -> {
          return new Begun.Over(Ending.failed(Failure.startFailed(reason), new OutputHashes()));
        }
        case StartResult.OtherInstance(var actual) -> {
          if (!moveTo(actual)) {
            return new Begun.Lost();
          }
        }
      }
    }
    return putBack();
  }

  /// Takes over what another server, or a session that broke, has left.
  ///
  /// @param stdoutOffset bytes of stdout that are recorded or in hand
  /// @param stderrOffset the same of stderr
  Begun adopt(long stdoutOffset, long stderrOffset) throws InterruptedException {
    var known = instance;
    if (known == null) {
      return putBack();
    }
    var order =
        new AdoptOrder(
            attempt, new Marker(claim.marker()), claim.token(), known, stdoutOffset, stderrOffset);
    var pause = RETRY;
    while (!over.getAsBoolean()) {
      try {
        return taken(execution.spool().adopt(claim.place(), order));
      } catch (SessionRefusedException e) {
        switch (e.reason()) {
          case GONE -> {
            return gone(e);
          }
          case RESTARTED -> {
            return unknown("its container was restarted; its end was not seen");
          }
          case NOT_RUNNING, UNUSABLE -> LOG.atWarn().setCause(e).log("spool not reached yet");
        }
      } catch (RuntimeUnavailableException e) {
        LOG.atWarn().setCause(e).log("spool not reached; trying again");
      }
      Thread.sleep(pause);
      pause = pause.compareTo(LONGEST_RETRY) < 0 ? pause.plus(RETRY) : pause;
    }
    return new Begun.Left();
  }

  private Begun gone(SessionRefusedException e) {
    return new Begun.Over(
        Ending.failed(
            new Failure("PROJECT_GONE", e.getMessage() + "; its end was not seen"), hashes()));
  }

  private Begun taken(AdoptResult result) {
    return switch (result) {
      case AdoptResult.Following(var follow) -> new Begun.Following(follow);
      case AdoptResult.NeverStarted() -> neverStarted();
      case AdoptResult.OtherInstance(_) ->
          unknown("its container was replaced; its end was not seen");
      case AdoptResult.Stale() -> new Begun.Lost();
    };
  }

  private Begun neverStarted() {
    if (kills.requested() != null && !claim.acknowledged()) {
      return new Begun.Over(Ending.cancelledBeforeStart());
    }
    return execution.queue().requeue(claim)
        ? new Begun.Left()
        // It had been acknowledged: it ran, and its spool is gone.
        : unknown("its spool is gone; its end was not seen");
  }

  private Begun unknown(String reason) {
    return new Begun.Over(Ending.failed(Failure.unknown(reason), hashes()));
  }

  private OutputHashes hashes() {
    var command = claim.command();
    var hashes = new OutputHashes();
    execution.output().replay(new CommandKey(command.id().value(), command.day()), hashes::update);
    return hashes;
  }

  /// Provably never started: no start was ever sent.
  private Begun putBack() {
    return execution.queue().requeue(claim) ? new Begun.Left() : new Begun.Lost();
  }

  /// The row must name the spool before the start is sent to it.
  private boolean moveTo(String actual) {
    execution.instances().put(claim.command().project(), actual);
    if (!execution.queue().storeInstance(claim, actual)) {
      return false;
    }
    instance = actual;
    Failpoint.pass("instance-stored");
    return true;
  }

  private StartOrder order() {
    var command = claim.command();
    var launches = execution.launches();
    return new StartOrder(
        attempt,
        new Marker(claim.marker()),
        claim.token(),
        instance,
        Duration.ofSeconds(command.timeoutSeconds()).plus(Kills.GRACE).plus(WATCHDOG_SLACK),
        launches.launch(claim),
        launches.environment(claim),
        command.request().path("workdir").asText(""),
        launches.stdin(claim));
  }

  private void logStart() {
    LOG.atInfo()
        .addKeyValue("project", claim.command().project())
        .addKeyValue("type", claim.command().type().wire())
        .log("command started");
  }
}
