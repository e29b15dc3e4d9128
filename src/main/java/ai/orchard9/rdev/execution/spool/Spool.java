package ai.orchard9.rdev.execution.spool;

import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.SessionRefusedException;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Starts, follows, adopts and kills commands that do not depend on us: what they write is kept
/// beside them, by the script in `spool.sh`, until the outcome is committed here.
///
/// Every call answers within its limit or throws [RuntimeUnavailableException], and then says
/// nothing about what happened: only `adopt` can tell.
public final class Spool implements AutoCloseable {
  private final Sessions sessions;
  private final long outputLimitBytes;

  /// @param outputLimitBytes for each stream, a backstop against a full disk while no server
  ///   counts; it should lie above the limit that servers enforce
  /// @param limit how long to wait for a session, and again for its answer
  public Spool(
      Runtime runtime, long outputLimitBytes, Duration limit, PrometheusRegistry registry) {
    this.sessions = new Sessions(runtime, limit, outputLimitBytes, new SessionMetrics(registry));
    this.outputLimitBytes = outputLimitBytes;
  }

  /// Starts an attempt, at most once, ever.
  ///
  /// @throws RuntimeUnavailableException it may or may not have started: adopt it
  public StartResult start(Place place, StartOrder order) throws RuntimeUnavailableException {
    var refusal = LaunchFile.refusal(order.launch(), order.environment());
    if (refusal.isPresent()) {
      return new StartResult.Failed(refusal.get());
    }
    if (order.workdir().startsWith("/")) {
      return new StartResult.Failed("workdir is not relative");
    }
    if ((place.baseDirectory() + order.workdir()).matches("(?s).*[\n\0].*")) {
      return new StartResult.Failed("newline or NUL in the work directory");
    }
    SpoolSession session;
    try {
      session = sessions.take(place);
    } catch (RuntimeUnavailableException e) {
      return unreached(e);
    }
    if (!session.instance().equals(order.instance())) {
      sessions.give(place, session);
      return new StartResult.OtherInstance(session.instance());
    }
    return start(place, session, order);
  }

  private static StartResult unreached(RuntimeUnavailableException e) {
    return e instanceof SessionRefusedException refused
            && refused.reason() == SessionRefusedException.Reason.UNUSABLE
        ? new StartResult.Failed(message(e))
        : new StartResult.Unreached(message(e));
  }

  private static String message(RuntimeUnavailableException e) {
    return String.valueOf(e.getMessage());
  }

  private StartResult start(Place place, SpoolSession session, StartOrder order)
      throws RuntimeUnavailableException {
    var answer = sessions.ask(session, run(place, order), sessions.limit());
    sessions.prepare(place);
    if (answer.equals("started")) {
      var follow = new Follow(session, order.marker(), Long.MAX_VALUE, Long.MAX_VALUE);
      return new StartResult.Started(follow, session.instance());
    }
    session.close();
    return switch (verb(answer)) {
      case "refused" -> new StartResult.Refused();
      case "instance" -> new StartResult.OtherInstance(rest(answer));
      case "failed" -> new StartResult.Failed(rest(answer));
      default -> throw unexpected(answer);
    };
  }

  private byte[] run(Place place, StartOrder order) {
    var launch = LaunchFile.of(order.launch(), order.environment());
    var text = launch.text().getBytes(StandardCharsets.UTF_8);
    var head =
        "run %s %s %d %s %d %d %s %s %d\n%s\n%s\n%s\n"
            .formatted(
                order.attempt(),
                order.marker().text(),
                order.token(),
                order.instance(),
                Math.max(1, order.watchdog().toSeconds()),
                outputLimitBytes,
                launch.kind(),
                order.stdin().length == 0 && launch.isPlain()
                    ? "lines:" + launch.lines()
                    : text.length,
                order.stdin().length,
                place.baseDirectory(),
                order.workdir(),
                launch.program());
    var all = new ByteArrayOutputStream();
    all.writeBytes(head.getBytes(StandardCharsets.UTF_8));
    all.writeBytes(text);
    all.writeBytes(order.stdin());
    return all.toByteArray();
  }

  /// Goes on with an attempt from the offsets that are recorded, and ends whoever followed it
  /// before. One that had not been started never will be.
  ///
  /// @throws RuntimeUnavailableException nothing is known; ask again
  public AdoptResult adopt(Place place, AdoptOrder order) throws RuntimeUnavailableException {
    var session = sessions.take(place);
    if (!session.instance().equals(order.instance())) {
      sessions.give(place, session);
      return new AdoptResult.OtherInstance(session.instance());
    }
    var line =
        "adopt %s %s %d %s %d %d\n"
            .formatted(
                order.attempt(),
                order.marker().text(),
                order.token(),
                order.instance(),
                order.stdoutOffset(),
                order.stderrOffset());
    var answer = sessions.ask(session, line.getBytes(StandardCharsets.US_ASCII), sessions.limit());
    sessions.prepare(place);
    switch (verb(answer)) {
      case "following", "lost" -> {
        return new AdoptResult.Following(
            new Follow(session, order.marker(), Long.MAX_VALUE, Long.MAX_VALUE));
      }
      case "ended" -> {
        return new AdoptResult.Following(
            new Follow(
                session,
                order.marker(),
                left(answer, "out", order.stdoutOffset()),
                left(answer, "err", order.stderrOffset())));
      }
      default -> session.close();
    }
    return switch (verb(answer)) {
      case "tombstone" -> new AdoptResult.NeverStarted();
      case "stale" -> new AdoptResult.Stale();
      case "instance" -> new AdoptResult.OtherInstance(rest(answer));
      default -> throw unexpected(answer);
    };
  }

  /// How much of a stream there is behind the offset; unlimited where only its marker knows.
  private static long left(String answer, String stream, long offset)
      throws RuntimeUnavailableException {
    try {
      var size = Long.parseLong(Fields.parse(rest(answer)).get(stream));
      return size < 0 ? Long.MAX_VALUE : Math.max(0, size - offset);
    } catch (IllegalArgumentException e) {
      throw unexpected(answer);
    }
  }

  /// Ends an attempt with all its processes: TERM, and after the grace KILL.
  ///
  /// @param reason one word for the receipt
  /// @param grace whole seconds, rounded up
  /// @throws RuntimeUnavailableException it may or may not have been killed; ask again, and get the
  ///   same receipt if it was
  public KillResult kill(Place place, Attempt attempt, String reason, Duration grace)
      throws RuntimeUnavailableException {
    if (!reason.matches("[a-z_]{1,40}")) {
      throw new IllegalArgumentException("reason: " + reason);
    }
    long seconds = grace.plusMillis(999).toSeconds();
    var answer =
        tell(
            place,
            "kill %s %s %d\n".formatted(attempt, reason, seconds),
            // Whoever kills already may have a longer grace than ours; its receipt is waited for.
            sessions.limit().plusSeconds(seconds + 5));
    return switch (verb(answer)) {
      case "receipt" ->
          new KillResult.Killed(
              KillReceipt.parse(rest(answer)).orElseThrow(() -> unexpected(answer)));
      case "ended" -> new KillResult.Ended();
      case "none" -> new KillResult.Unknown();
      default -> throw unexpected(answer);
    };
  }

  /// Removes what is kept of an attempt. For one whose outcome is committed.
  public void clean(Place place, Attempt attempt) throws RuntimeUnavailableException {
    tell(place, "clean %s\n".formatted(attempt), sessions.limit());
  }

  /// Removes what nobody came back for in three days.
  public void sweep(Place place) throws RuntimeUnavailableException {
    tell(place, "sweep\n", sessions.limit());
  }

  private String tell(Place place, String line, Duration limit) throws RuntimeUnavailableException {
    try (var session = sessions.take(place)) {
      return sessions.ask(session, line.getBytes(StandardCharsets.US_ASCII), limit);
    } finally {
      sessions.prepare(place);
    }
  }

  /// Lets go of all spare sessions. What is followed goes on until its follower leaves.
  @Override
  public void close() {
    sessions.close();
  }

  private static String verb(String answer) {
    return answer.split(" ", 2)[0];
  }

  private static String rest(String answer) {
    var space = answer.indexOf(' ');
    return space < 0 ? "" : answer.substring(space + 1);
  }

  private static RuntimeUnavailableException unexpected(String answer) {
    return new RuntimeUnavailableException("unexpected answer: " + answer);
  }
}
