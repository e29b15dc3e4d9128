package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Timestamps;
import ai.orchard9.rdev.ops.server.Drain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// `drain`: takes the server asked out of service while its process goes on, and puts it back.
public final class DrainTask implements AdminTask {
  private static final String ACTION = "action";
  private static final String AFTER = "after";
  private static final String FOR = "for";
  private static final List<String> ACTIONS = List.of("drain", "status", "resume");

  /// Two failed probes, five seconds apart, and what a Service takes to hear of them.
  private static final Duration AFTER_DEFAULT = Duration.ofSeconds(12);

  private static final Duration AFTER_MOST = Duration.ofMinutes(1);
  private static final Duration FOR_LEAST = Duration.ofSeconds(1);

  /// How long the answer waits for commands and streams to be gone.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Drain drain;

  public DrainTask(Drain drain) {
    this.drain = drain;
  }

  @Override
  public String name() {
    return "drain";
  }

  @Override
  public List<String> usage() {
    return List.of(
        ACTION + "=" + String.join("|", ACTIONS), AFTER + "=<duration>", FOR + "=<duration>");
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return !action(arguments).equals("status");
  }

  @Override
  public List<String> run(Arguments arguments) {
    var action = action(arguments);
    var after = arguments.duration(AFTER);
    var time = arguments.duration(FOR);
    if (!action.equals("drain") && (after.isPresent() || time.isPresent())) {
      throw ApiException.badField(after.isPresent() ? AFTER : FOR, "goes with no other action");
    }
    check(after, time);
    return switch (action) {
      case "status" -> lines("state=", drain.report());
      case "resume" -> resume(arguments.isDryRun());
      default -> drain(after.orElse(AFTER_DEFAULT), time, arguments.isDryRun());
    };
  }

  private static String action(Arguments arguments) {
    return arguments.oneOf(ACTION, ACTIONS).orElse("drain");
  }

  private static void check(Optional<Duration> after, Optional<Duration> time) {
    if (after.isPresent() && after.get().compareTo(AFTER_MOST) > 0) {
      throw ApiException.badField(AFTER, "must be at most " + AFTER_MOST.toSeconds() + "s");
    }
    if (time.isPresent() && time.get().compareTo(FOR_LEAST) < 0) {
      throw ApiException.badField(FOR, "must be at least " + FOR_LEAST.toSeconds() + "s");
    }
  }

  private List<String> resume(boolean isDryRun) {
    if (isDryRun) {
      return lines("would_resume_from=", drain.report());
    }
    return List.of((drain.end() ? "resumed=" : "not_drained=") + "true");
  }

  private List<String> drain(Duration after, Optional<Duration> time, boolean isDryRun) {
    var before = drain.report();
    if (isDryRun) {
      return would(before, after, time);
    }
    var lines = new ArrayList<String>();
    lines.add((drain.begin(after, time) ? "draining=" : "draining_already=") + "true");
    try {
      drain.awaitDone(after.plus(PATIENCE));
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
    var now = drain.report();
    lines.addAll(lines("state=", now));
    if (now.state() == Drain.State.DRAINED) {
      lines.add("let_go_commands=" + before.commands());
      lines.add("let_go_streams=" + before.streams());
    }
    return lines;
  }

  private static List<String> would(Drain.Report now, Duration after, Optional<Duration> time) {
    var verb = now.others() > 0 ? "would_let_go_" : "would_keep_";
    var lines = new ArrayList<String>();
    lines.add("would_drain=true");
    lines.add("let_go_after_seconds=" + after.toSeconds());
    lines.add(verb + "commands=" + now.commands());
    lines.add(verb + "streams=" + now.streams());
    lines.add("other_servers=" + now.others());
    time.ifPresent(it -> lines.add("resumes_after_seconds=" + it.toSeconds()));
    return lines;
  }

  private static List<String> lines(String first, Drain.Report now) {
    var lines = new ArrayList<String>();
    lines.add(first + now.state().name().toLowerCase(Locale.ROOT));
    lines.add("commands=" + now.commands());
    lines.add("streams=" + now.streams());
    lines.add("other_servers=" + now.others());
    if (now.state() == Drain.State.KEEPING) {
      lines.add("kept_because=no other server is there to take them over");
    }
    now.until().ifPresent(it -> lines.add("resumes=" + Timestamps.format(it)));
    return lines;
  }
}
