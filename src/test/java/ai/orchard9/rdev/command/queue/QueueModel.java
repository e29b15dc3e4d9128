package ai.orchard9.rdev.command.queue;

import static java.util.Comparator.comparing;
import static java.util.Comparator.comparingLong;
import static java.util.Comparator.naturalOrder;
import static java.util.Comparator.nullsFirst;

import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the queue has to do, said once more and as plainly as can be: lists that are searched from
/// end to end. Its times are the database's, and what was let pass on top.
final class QueueModel {
  private static final Comparator<Entry> LINE =
      comparing(Entry::due).thenComparing(entry -> entry.id);

  /// Fewest running first, then a project's first before another's second, then who was served
  /// longest ago, all that among what has waited as many steps.
  private static final Comparator<Candidate> CLAIMS =
      comparingLong((Candidate it) -> -it.level())
          .thenComparingInt(it -> it.running() + it.turn())
          .thenComparing(it -> it.turn() > 1)
          .thenComparing(Candidate::servedAt, nullsFirst(naturalOrder()))
          .thenComparing(Candidate::entry, LINE);

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, Instant> servedAt = new HashMap<>();
  private final Set<String> paused = new HashSet<>();

  /// Who may take a running command over.
  enum Lease {
    HELD,
    RUN_OUT,
    RELEASED
  }

  /// A command that was taken in.
  static final class Entry {
    final String id;
    final String project;
    final Instant createdAt;
    final @Nullable Instant startBefore;
    final List<String> life = new ArrayList<>();
    Priority priority;
    CommandStatus status = CommandStatus.PENDING;
    int attempt = 1;
    int adoptions;
    long token;
    @Nullable String owner;
    Lease lease = Lease.HELD;
    boolean acknowledged;

    Entry(
        String id,
        String project,
        Priority priority,
        Instant createdAt,
        @Nullable Instant startBefore) {
      this.id = id;
      this.project = project;
      this.priority = priority;
      this.createdAt = createdAt;
      this.startBefore = startBefore;
      becomes(CommandStatus.PENDING);
    }

    Instant due() {
      return createdAt.minus(QueueFixture.AGING.multipliedBy(priority.level()));
    }

    boolean isExpired(Instant at) {
      return startBefore != null && !startBefore.isAfter(at);
    }

    boolean isPending() {
      return status == CommandStatus.PENDING;
    }

    boolean isRunning() {
      return status == CommandStatus.RUNNING;
    }

    void becomes(CommandStatus next) {
      status = next;
      life.add(next.wire());
    }

    State state() {
      return new State(
          status.wire(),
          priority.wire(),
          attempt,
          adoptions,
          token,
          owner,
          isPending() ? priority.wire() : null,
          isPending() ? due() : null,
          isRunning(),
          isPending() || (isRunning() && !acknowledged));
    }
  }

  /// What the tables must say of a command.
  ///
  /// @param waitsAs its priority in the line; null: it is not in the line
  /// @param due its place in the line
  /// @param hasSlot whether exactly one slot names it
  record State(
      String status,
      String priority,
      int attempt,
      int adoptions,
      long token,
      @Nullable String owner,
      @Nullable String waitsAs,
      @Nullable Instant due,
      boolean hasSlot,
      boolean hasInputs) {}

  private record Candidate(
      long level, int running, int turn, @Nullable Instant servedAt, Entry entry) {}

  void add(Entry entry) {
    entries.put(entry.id, entry);
  }

  Entry get(String id) {
    var entry = entries.get(id);
    if (entry == null) {
      throw new AssertionError("nobody submitted " + id);
    }
    return entry;
  }

  Collection<Entry> all() {
    return entries.values();
  }

  List<Entry> list(Predicate<Entry> which) {
    return entries.values().stream().filter(which).toList();
  }

  Map<String, State> states() {
    return all().stream().collect(Collectors.toMap(it -> it.id, Entry::state));
  }

  /// The ids that a claim must take.
  Set<String> claimable(Collection<String> projects, int limit, int count, Instant at) {
    return projects.stream()
        .filter(project -> !paused.contains("") && !paused.contains(project))
        .flatMap(project -> candidates(project, limit, at))
        .sorted(CLAIMS)
        .limit(count)
        .map(it -> it.entry().id)
        .collect(Collectors.toSet());
  }

  private Stream<Candidate> candidates(String project, int limit, Instant at) {
    var running = running(project);
    var line = line(project).stream().filter(it -> !it.isExpired(at)).toList();
    var found = new ArrayList<Candidate>();
    for (int turn = 1; turn <= Math.min(line.size(), limit - running); turn++) {
      var entry = line.get(turn - 1);
      var level =
          Math.floorDiv(Duration.between(entry.due(), at).toNanos(), QueueFixture.AGING.toNanos());
      found.add(new Candidate(level, running, turn, servedAt.get(project), entry));
    }
    return found.stream();
  }

  int running(String project) {
    return list(it -> it.project.equals(project) && it.isRunning()).size();
  }

  /// What waits in a project, the next one first.
  List<Entry> line(String project) {
    return list(it -> it.project.equals(project) && it.isPending()).stream().sorted(LINE).toList();
  }

  int position(Entry entry) {
    return line(entry.project).indexOf(entry) + 1;
  }

  void start(Entry entry, String owner, Instant at) {
    entry.becomes(CommandStatus.RUNNING);
    entry.owner = owner;
    entry.token++;
    entry.lease = Lease.HELD;
    entry.acknowledged = false;
    servedAt.put(entry.project, at);
  }

  void putBack(Entry entry) {
    entry.becomes(CommandStatus.PENDING);
    entry.owner = null;
    entry.token++;
    entry.attempt++;
  }

  void takeOver(Entry entry, String owner) {
    entry.owner = owner;
    entry.token++;
    entry.adoptions++;
    entry.lease = Lease.HELD;
  }

  /// Says whether that is new.
  ///
  /// @param project empty: the whole queue
  boolean pause(String project) {
    return paused.add(project);
  }

  /// Says whether it was paused.
  boolean resume(String project) {
    return paused.remove(project);
  }

  boolean isPaused(String project) {
    return paused.contains(project);
  }

  Map<Priority, Integer> pendingByPriority() {
    var counts = new EnumMap<Priority, Integer>(Priority.class);
    for (var priority : Priority.values()) {
      counts.put(priority, list(it -> it.isPending() && it.priority == priority).size());
    }
    return counts;
  }
}
