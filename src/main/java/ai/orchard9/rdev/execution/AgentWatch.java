package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.agent.AgentEvent;
import ai.orchard9.rdev.agent.AgentReader;
import ai.orchard9.rdev.agent.AgentRun;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.command.output.Chunk;
import ai.orchard9.rdev.command.output.Segmenter;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.http.RunBudget;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Watches over a claude run: tells its events beside its output, and when it has to end. Of other
/// commands it sees nothing. Any thread may ask.
final class AgentWatch implements OutputRecorder.Tap {
  private static final long NOTE_NANOS = Duration.ofSeconds(1).toNanos();

  private final boolean watching;
  private final RunBudget budget;
  private final ClaudeConfig config;
  private final AgentReader reader = new AgentReader();
  private final ArrayDeque<AgentEvent> owed = new ArrayDeque<>();

  /// The newest line of which events are stored, by its end, and how many.
  private long toldLine = -1;

  private int toldOfLine;
  private AgentRun noted = AgentRun.UNKNOWN;
  private long noteAt = System.nanoTime();
  private long printedAt = System.nanoTime();
  private @Nullable Long resultAt;
  private boolean isStalled;

  AgentWatch(CommandType type, RunBudget budget, ClaudeConfig config) {
    this.watching = type == CommandType.CLAUDE;
    this.budget = budget;
    this.config = config;
  }

  /// Reads what is stored already, in its order: what its lines tell and no event says yet is owed.
  /// An event names the end of its line, so that a line that a former version read otherwise is not
  /// told twice.
  synchronized void replay(Chunk chunk) {
    if (!watching) {
      return;
    }
    switch (chunk.stream()) {
      case STDOUT -> reader.read(chunk.bytes(), 0, chunk.bytes().length).forEach(this::owe);
      case AGENT -> told(chunk);
      case STDERR -> {}
    }
  }

  private void owe(AgentEvent event) {
    owed.add(event);
    noteResult(event, System.nanoTime());
  }

  private void told(Chunk chunk) {
    if (AgentEvent.isStalled(chunk.bytes())) {
      return;
    }
    toldOfLine = chunk.streamOffset() == toldLine ? toldOfLine + 1 : 1;
    toldLine = chunk.streamOffset();
    while (!owed.isEmpty() && owed.peek().lineEnd() < toldLine) {
      owed.remove();
    }
  }

  /// Tells what is owed.
  synchronized void catchUp(Segmenter into) {
    tell(owed, into);
    owed.clear();
  }

  private void tell(Iterable<AgentEvent> events, Segmenter into) {
    var already = toldOfLine;
    for (var event : events) {
      if (event.lineEnd() > toldLine || (event.lineEnd() == toldLine && already-- <= 0)) {
        into.agent(event.json(), event.lineEnd());
      }
    }
  }

  @Override
  public synchronized void printed(
      StreamName stream, byte[] bytes, int count, long now, Segmenter into) {
    printedAt = now;
    isStalled = false;
    if (watching && stream == StreamName.STDOUT) {
      var events = reader.read(bytes, 0, count);
      events.forEach(it -> noteResult(it, now));
      tell(events, into);
    }
  }

  @Override
  public synchronized void ended(Segmenter into) {
    if (watching) {
      tell(reader.finish(), into);
    }
  }

  private void noteResult(AgentEvent event, long now) {
    if (event.isResult()) {
      resultAt = now;
    }
  }

  /// Why it has to end now, as a kill's receipt says it.
  synchronized Optional<String> endsFor(long now) {
    if (exceeded().isPresent()) {
      return Optional.of("budget");
    }
    var since = resultAt;
    return since != null && now - since >= config.resultGrace().toNanos()
        ? Optional.of("agent_result")
        : Optional.empty();
  }

  /// When to look again, in [System#nanoTime].
  synchronized long next(long now) {
    var next = now + Duration.ofHours(1).toNanos();
    var since = resultAt;
    if (since != null) {
      next = Math.min(next, since + config.resultGrace().toNanos());
    } else if (watching && config.detectsStalls() && !isStalled) {
      next = Math.min(next, printedAt + config.stallTimeout().toNanos());
    }
    return noted.equals(reader.run()) ? next : Math.min(next, noteAt);
  }

  /// That it has printed nothing for long; once each time.
  synchronized Optional<AgentEvent> stalled(long now) {
    var due =
        watching
            && config.detectsStalls()
            && !isStalled
            && resultAt == null
            && now - printedAt >= config.stallTimeout().toNanos();
    if (!due) {
      return Optional.empty();
    }
    isStalled = true;
    var idle = Duration.ofNanos(now - printedAt);
    return Optional.of(AgentEvent.stalled(reader.offset(), idle.toMillis()));
  }

  /// What has changed since it was last noted in the row, at most once a second.
  synchronized Optional<AgentRun> toNote(long now) {
    var run = reader.run();
    if (noted.equals(run) || now - noteAt < 0) {
      return Optional.empty();
    }
    noteAt = now + NOTE_NANOS;
    return Optional.of(run);
  }

  synchronized void noted(AgentRun run) {
    noted = run;
  }

  /// What it has come to.
  synchronized AgentEnd end() {
    return watching ? new AgentEnd(reader.run(), exceeded().orElse(null)) : AgentEnd.NONE;
  }

  synchronized boolean hasResult() {
    return resultAt != null;
  }

  private Optional<String> exceeded() {
    return AgentEnd.exceeded(reader.run(), budget);
  }
}
