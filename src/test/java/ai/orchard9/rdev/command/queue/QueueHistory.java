package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.queue.QueueModel.Entry;
import ai.orchard9.rdev.command.queue.QueueModel.Lease;
import ai.orchard9.rdev.command.queue.QueueModel.State;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// One generated history of the queues of three servers over one database, each step compared with
/// [QueueModel]. Everything is decided by the seed. Its projects are its own, so that histories can
/// follow each other without emptying tables.
final class QueueHistory {
  private static final int SERVERS = 3;
  private static final int PROJECTS = 4;
  private static final int MOST_AT_ONCE = 7;
  private static final int HIGHEST_LIMIT = 6;

  /// Whole steps of ten seconds, and a history is over long before it took that long: what is due
  /// at a moment is the same before and after the statement that asks.
  private static final List<Duration> PASSES =
      List.of(
          Duration.ofSeconds(10),
          Duration.ofMinutes(1),
          Duration.ofMinutes(5),
          QueueFixture.AGING,
          QueueFixture.AGING.multipliedBy(2),
          Duration.ofHours(25));

  private static final Duration RENEWAL = Duration.ofSeconds(3);
  private static final Duration IDEMPOTENCY = Duration.ofHours(24);

  private final Jdbi jdbi;
  private final long seed;
  private final RandomGenerator random;
  private final QueueModel model = new QueueModel();
  private final List<Server> servers;
  private final List<String> projects;
  private final List<Step> steps;
  private final List<String> told = new ArrayList<>();

  /// Every claim ever handed out, those out of date too.
  private final List<Claim> claims = new ArrayList<>();

  private final Map<String, Known> known = new HashMap<>();
  private Duration passed = Duration.ZERO;
  private int limit = 2;
  private long renewedAt = System.nanoTime();

  QueueHistory(PostgresExtension postgres, Jdbi jdbi, long seed) {
    this.jdbi = jdbi;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.servers =
        IntStream.range(0, SERVERS)
            .mapToObj(it -> new Server(new QueueFixture(postgres, jdbi, "server-" + it)))
            .toList();
    this.projects = IntStream.range(0, PROJECTS).mapToObj(it -> "p" + it + "-" + seed).toList();
    this.steps =
        List.of(
            new Step(28, this::submit),
            new Step(6, this::submitWhereThereIsRoom),
            new Step(22, this::claim),
            new Step(14, this::finish),
            new Step(5, this::requeue),
            new Step(3, this::acknowledge),
            new Step(3, this::release),
            new Step(3, this::loseLeases),
            new Step(4, this::adopt),
            new Step(2, this::renew),
            new Step(3, this::cancel),
            new Step(1, this::cancelAll),
            new Step(5, this::prioritize),
            new Step(3, this::pause),
            new Step(4, this::resume),
            new Step(6, this::letTimePass),
            new Step(3, this::failExpired),
            new Step(3, this::changeLimit));
  }

  private record Step(int weight, Runnable run) {}

  /// What an idempotency key stands for.
  private record Known(String fingerprint, String id, Instant since) {}

  /// A server that takes what it submits when it is told to have room.
  private static final class Server implements Claimant {
    private final QueueFixture fixture;
    private final ConcurrentLinkedQueue<Claim> started = new ConcurrentLinkedQueue<>();
    private volatile int room;

    Server(QueueFixture fixture) {
      this.fixture = fixture;
      fixture.queue().serve(this, () -> {});
    }

    @Override
    public Optional<ClaimOrder> order(Set<String> projects, int count) {
      return room == 0 ? Optional.empty() : Optional.of(fixture.order(projects, room, count));
    }

    @Override
    public void take(ClaimOrder order, List<Claim> claims) {
      started.addAll(claims);
    }

    @Override
    public void giveBack(ClaimOrder order) {}
  }

  /// Runs some steps and then everything that is left.
  void run(int count) {
    try {
      for (int i = 0; i < count; i++) {
        keepLeases();
        step();
        compare();
      }
      drain();
    } catch (AssertionError | RuntimeException failure) {
      throw new AssertionError(
          "-Drdev.seed=" + seed + "\n" + String.join("\n", told) + "\n" + failure.getMessage(),
          failure);
    }
  }

  private void step() {
    var dice = random.nextInt(steps.stream().mapToInt(Step::weight).sum());
    for (var step : steps) {
      dice -= step.weight();
      if (dice < 0) {
        step.run().run();
        return;
      }
    }
  }

  private void tell(@Nullable Object... words) {
    told.add(told.size() + 1 + Stream.of(words).map(it -> " " + it).collect(Collectors.joining()));
  }

  private void submit() {
    submit(0);
  }

  private void submitWhereThereIsRoom() {
    submit(limit);
  }

  /// @param room how many of the project may run where it is submitted; 0: not claimed there
  private void submit(int room) {
    var server = pick(servers);
    var project = pick(projects);
    var priority = pick(List.of(Priority.values()));
    var startWithin = random.nextInt(5) == 0 ? 10 * (1 + random.nextInt(12)) : null;
    var idempotency =
        random.nextInt(3) == 0
            ? new NewCommand.Idempotency(
                seed + "-" + random.nextInt(4), String.valueOf(random.nextInt(2)).repeat(64))
            : null;
    tell("submit", project, priority, "within", startWithin, idempotency, "room", room);
    var command = QueueFixture.command(project, priority, startWithin, idempotency);
    var expected = expected(idempotency);

    server.room = room;
    var taken = server.fixture.line().submit(command);
    server.room = 0;

    if (expected != null) {
      assertThat(taken).isEqualTo(expected);
      assertThat(server.started).isEmpty();
      return;
    }
    assertThat(taken).isInstanceOf(Taken.Fresh.class);
    if (taken instanceof Taken.Fresh(var row, var position)) {
      var entry = entry(row.id(), project, priority, row.createdAt(), startWithin);
      if (idempotency != null) {
        known.put(
            idempotency.key(), new Known(idempotency.fingerprint(), entry.id, entry.createdAt));
      }
      if (room > 0) {
        var started = new ArrayList<>(server.started);
        server.started.clear();
        started(server, List.of(project), room, 1, started);
      }
      assertThat(position).isEqualTo(entry.isPending() ? model.position(entry) : null);
      assertThat(row.status()).isEqualTo(entry.status);
    }
  }

  private Entry entry(
      CommandId id,
      String project,
      Priority priority,
      Instant createdAt,
      @Nullable Integer startWithin) {
    var at = createdAt.plus(passed);
    var startBefore = startWithin == null ? null : at.plusSeconds(startWithin);
    var entry = new Entry(id.value(), project, priority, at, startBefore);
    model.add(entry);
    return entry;
  }

  /// What a submission under a key that is known must answer; null: it is fresh.
  private @Nullable Taken expected(NewCommand.@Nullable Idempotency idempotency) {
    var before = idempotency == null ? null : known.get(idempotency.key());
    if (idempotency == null
        || before == null
        || before.since().isBefore(now().minus(IDEMPOTENCY))) {
      return null;
    }
    return before.fingerprint().equals(idempotency.fingerprint())
        ? new Taken.Replay(before.id())
        : new Taken.Conflict();
  }

  private void claim() {
    var some = projects.stream().filter(_ -> random.nextInt(4) > 0).toList();
    claim(
        pick(servers),
        some,
        random.nextInt(4) > 0 ? limit : 1 + random.nextInt(HIGHEST_LIMIT),
        1 + random.nextInt(MOST_AT_ONCE));
  }

  private List<Claim> claim(Server server, List<String> some, int perProject, int count) {
    tell("claim", count, "of", some, "each", perProject);
    var claimed = server.fixture.claim(some, perProject, count);
    started(server, some, perProject, count, claimed);
    return claimed;
  }

  /// The moment of a claim stands in what it claimed.
  private void started(
      Server server, List<String> some, int perProject, int count, List<Claim> claimed) {
    var at =
        claimed.isEmpty()
            ? now()
            : Optional.ofNullable(claimed.getFirst().command().startedAt())
                .orElseThrow()
                .plus(passed);
    var expected = model.claimable(some, perProject, count, at);
    assertThat(ids(claimed)).containsExactlyInAnyOrderElementsOf(expected);
    for (var claim : claimed) {
      var entry = model.get(claim.command().id().value());
      model.start(entry, server.fixture.owner(), at);
      assertThat(claim.token()).isEqualTo(entry.token);
      assertThat(claim.command().attempt()).isEqualTo(entry.attempt);
      assertThat(claim.stdin()).asString().isEqualTo("in");
      assertThat(claim.environment()).containsExactly(Map.entry("A", "1"));
    }
    claims.addAll(claimed);
  }

  private void finish() {
    withClaim(
        "finish",
        (server, claim) -> {
          var entry = current(claim);
          assertThat(server.fixture.finish(claim)).isEqualTo(entry.isPresent());
          entry.ifPresent(it -> it.becomes(CommandStatus.COMPLETED));
        });
  }

  private void requeue() {
    withClaim(
        "requeue",
        (server, claim) -> {
          var entry = current(claim).filter(it -> !it.acknowledged);
          assertThat(server.fixture.queue().requeue(claim)).isEqualTo(entry.isPresent());
          entry.ifPresent(model::putBack);
        });
  }

  private void acknowledge() {
    withClaim(
        "acknowledge",
        (server, claim) -> {
          server.fixture.queue().acknowledge(claim);
          current(claim).ifPresent(it -> it.acknowledged = true);
        });
  }

  private void release() {
    withClaim(
        "release",
        (server, claim) -> {
          var entry = current(claim);
          assertThat(server.fixture.queue().release(claim)).isEqualTo(entry.isPresent());
          entry.ifPresent(it -> it.lease = Lease.RELEASED);
        });
  }

  private interface Deed {
    void to(Server server, Claim claim);
  }

  /// Mostly with a claim that counts, else with any, which may be long out of date.
  private void withClaim(String what, Deed deed) {
    var those =
        random.nextInt(5) == 0
            ? claims
            : claims.stream().filter(it -> current(it).isPresent()).toList();
    if (!those.isEmpty()) {
      var claim = pick(those);
      tell(what, claim.command().id(), "token", claim.token());
      deed.to(pick(servers), claim);
    }
  }

  private Optional<Entry> current(Claim claim) {
    return Optional.of(model.get(claim.command().id().value()))
        .filter(it -> it.isRunning() && it.token == claim.token());
  }

  private void loseLeases() {
    var lost = model.list(it -> it.isRunning() && it.lease == Lease.HELD && random.nextBoolean());
    tell("leases run out", ids(lost, _ -> true));
    jdbi.useHandle(
        handle ->
            handle.execute(
                "UPDATE commands SET lease_until = clock_timestamp() - interval '1 second'"
                    + " WHERE id = ANY(?)",
                (Object) ids(lost, _ -> true).toArray(String[]::new)));
    lost.forEach(it -> it.lease = Lease.RUN_OUT);
  }

  private void adopt() {
    var silent = random.nextBoolean();
    var mine = ids(model.all(), it -> it.isRunning() && random.nextInt(6) == 0);
    adopt(pick(servers), mine, 1 + random.nextInt(4), silent);
  }

  private void adopt(Server server, List<String> mine, int count, boolean silent) {
    tell("adopt", count, "but", mine, "silent", silent);
    var open =
        model.list(
            it ->
                it.isRunning()
                    && !mine.contains(it.id)
                    && (it.lease == Lease.RELEASED || (silent && it.lease == Lease.RUN_OUT)));
    var adopted = server.fixture.queue().adopt(server.fixture.owner(), mine, count, silent);

    assertThat(ids(adopted)).isSubsetOf(ids(open, _ -> true)).doesNotHaveDuplicates();
    assertThat(adopted).hasSize(Math.min(count, open.size()));
    if (open.stream().filter(it -> it.lease == Lease.RELEASED).count() >= count) {
      assertThat(adopted).allMatch(it -> get(it).lease == Lease.RELEASED);
    }
    for (var claim : adopted) {
      var entry = get(claim);
      model.takeOver(entry, server.fixture.owner());
      assertThat(claim.token()).isEqualTo(entry.token);
      assertThat(claim.acknowledged()).isEqualTo(entry.acknowledged);
    }
    claims.addAll(adopted);
  }

  private void renew() {
    renew(pick(servers), ids(model.all(), _ -> random.nextBoolean()));
  }

  private void renew(Server server, List<String> asked) {
    tell("renew", server.fixture.owner(), asked);
    var owner = server.fixture.owner();
    var mine = model.list(it -> asked.contains(it.id) && it.isRunning() && owner.equals(it.owner));
    assertThat(server.fixture.queue().renew(owner, asked))
        .containsExactlyInAnyOrderElementsOf(ids(mine, _ -> true));
    mine.forEach(it -> it.lease = Lease.HELD);
  }

  /// On a slow machine a history may take longer than a lease.
  private void keepLeases() {
    if (System.nanoTime() - renewedAt > RENEWAL.toNanos()) {
      for (var server : servers) {
        renew(server, ids(model.all(), it -> it.isRunning() && it.lease == Lease.HELD));
      }
      renewedAt = System.nanoTime();
    }
  }

  private void cancel() {
    withAny(
        "cancel",
        entry -> {
          var cancelled =
              pick(servers).fixture.line().cancel(new CommandId(entry.id), QueueFixture.ALICE);
          assertThat(cancelled.isPresent()).isEqualTo(entry.isPending());
          if (entry.isPending()) {
            entry.becomes(CommandStatus.CANCELLED);
          }
        });
  }

  private void cancelAll() {
    var project = pick(projects);
    tell("cancel all of", project);
    var line = model.line(project);
    assertThat(pick(servers).fixture.line().cancelAll(project, QueueFixture.ALICE))
        .isEqualTo(line.size());
    line.forEach(it -> it.becomes(CommandStatus.CANCELLED));
  }

  private void prioritize() {
    var priority = pick(List.of(Priority.values()));
    withAny(
        "make " + priority,
        entry -> {
          var moved =
              pick(servers)
                  .fixture
                  .line()
                  .prioritize(new CommandId(entry.id), priority, QueueFixture.ALICE);
          assertThat(moved.isPresent()).isEqualTo(entry.isPending());
          if (entry.isPending()) {
            entry.priority = priority;
          }
        });
  }

  private interface Change {
    void of(Entry entry);
  }

  private void withAny(String what, Change change) {
    var some = model.list(it -> it.isPending() || random.nextInt(10) == 0);
    if (!some.isEmpty()) {
      var entry = pick(some);
      tell(what, entry.id);
      change.of(entry);
    }
  }

  private void pause() {
    var project = projectOrAll();
    tell("pause", project);
    assertThat(pick(servers).fixture.pauses().pause(project, "alice"))
        .isEqualTo(model.pause(project.orElse("")));
  }

  private void resume() {
    resume(projectOrAll());
  }

  private void resume(Optional<String> project) {
    tell("resume", project);
    assertThat(pick(servers).fixture.pauses().resume(project))
        .isEqualTo(model.resume(project.orElse("")));
  }

  private Optional<String> projectOrAll() {
    return random.nextInt(3) == 0 ? Optional.empty() : Optional.of(pick(projects));
  }

  private void letTimePass() {
    var time = pick(PASSES);
    tell("pass", time);
    QueueFixture.age(jdbi, time);
    passed = passed.plus(time);
  }

  private void failExpired() {
    tell("fail what is expired");
    pick(servers).fixture.line().failExpired();
    var at = now();
    model
        .list(it -> it.isPending() && it.isExpired(at))
        .forEach(it -> it.becomes(CommandStatus.FAILED));
  }

  private void changeLimit() {
    limit = 1 + random.nextInt(HIGHEST_LIMIT);
    tell("limit", limit);
  }

  /// All that is left runs to its end, and everything has exactly one.
  private void drain() {
    tell("drain");
    Stream.concat(Stream.of(Optional.<String>empty()), projects.stream().map(Optional::of))
        .forEach(this::resume);
    failExpired();
    while (model.all().stream().anyMatch(it -> !it.status.isFinal())) {
      claim(pick(servers), projects, HIGHEST_LIMIT, MOST_AT_ONCE);
      for (var claim : List.copyOf(claims)) {
        var entry = current(claim);
        assertThat(pick(servers).fixture.finish(claim)).isEqualTo(entry.isPresent());
        entry.ifPresent(it -> it.becomes(CommandStatus.COMPLETED));
      }
      claims.clear();
      compare();
    }
    assertThat(events()).isEqualTo(lives());
  }

  private Map<String, List<String>> lives() {
    return model.all().stream().collect(Collectors.toMap(it -> it.id, it -> it.life));
  }

  private Map<String, List<String>> events() {
    var lives = new TreeMap<String, List<String>>();
    jdbi.useHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT command_id, status FROM project_events WHERE project = ANY(:projects)"
                        + " ORDER BY id")
                .bindArray("projects", String.class, projects)
                .map(
                    (row, _) ->
                        lives
                            .computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
                            .add(row.getString(2)))
                .list());
    return lives;
  }

  private void compare() {
    assertThat(rows()).isEqualTo(model.states());
    if (random.nextInt(4) == 0) {
      compareViews();
    }
  }

  /// What the tables say of every command of this history.
  private Map<String, State> rows() {
    var states = new HashMap<String, State>();
    jdbi.useHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT c.id, c.status, c.priority, c.attempt, c.adoptions, c.token, c.owner,
                      p.priority AS waits_as, p.due,
                      (SELECT count(*) FROM slots s WHERE s.command_id = c.id) AS slots,
                      EXISTS (SELECT FROM command_inputs i WHERE i.command_id = c.id) AS has_inputs
                    FROM commands c LEFT JOIN pending_commands p
                      ON p.command_id = c.id AND p.project = c.project
                    WHERE c.project = ANY(:projects)
                    """)
                .bindArray("projects", String.class, projects)
                .map((row, _) -> states.put(row.getString("id"), state(row)))
                .list());
    return states;
  }

  private State state(ResultSet row) throws SQLException {
    var due = row.getObject("due", OffsetDateTime.class);
    var slots = row.getInt("slots");
    assertThat(slots).isBetween(0, 1);
    return new State(
        row.getString("status"),
        row.getString("priority"),
        row.getInt("attempt"),
        row.getInt("adoptions"),
        row.getLong("token"),
        row.getString("owner"),
        row.getString("waits_as"),
        due == null ? null : due.toInstant().plus(passed),
        slots == 1,
        row.getBoolean("has_inputs"));
  }

  private void compareViews() {
    var fixture = pick(servers).fixture;
    var picture = fixture.overview().picture(projects, projects::contains);
    assertThat(picture.paused()).isEqualTo(model.isPaused(""));
    assertThat(picture.pending()).isEqualTo(model.pendingByPriority());
    assertThat(picture.running()).isEqualTo(model.list(Entry::isRunning).size());
    assertThat(picture.projects())
        .containsExactlyElementsOf(
            projects.stream()
                .sorted()
                .map(
                    it ->
                        new Overview.ProjectLine(
                            it, model.line(it).size(), model.running(it), model.isPaused(it)))
                .toList());
    var waiting = model.list(Entry::isPending);
    assertThat(fixture.queue().waitingProjects())
        .isEqualTo(waiting.stream().map(it -> it.project).collect(Collectors.toSet()));
    if (!waiting.isEmpty()) {
      var entry = pick(waiting);
      var standing = fixture.overview().standing(entry.id).orElseThrow();
      assertThat(standing.position()).isEqualTo(model.position(entry));
      assertThat(standing.paused()).isEqualTo(model.isPaused("") || model.isPaused(entry.project));
    }
  }

  private Instant now() {
    return jdbi.withHandle(
            handle -> handle.createQuery("SELECT clock_timestamp()").mapTo(Instant.class).one())
        .plus(passed);
  }

  private Entry get(Claim claim) {
    return model.get(claim.command().id().value());
  }

  private <T> T pick(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  private static List<String> ids(List<Claim> claims) {
    return claims.stream().map(it -> it.command().id().value()).toList();
  }

  private static List<String> ids(Iterable<Entry> entries, Predicate<Entry> which) {
    var ids = new ArrayList<String>();
    for (var entry : entries) {
      if (which.test(entry)) {
        ids.add(entry.id);
      }
    }
    return ids;
  }
}
