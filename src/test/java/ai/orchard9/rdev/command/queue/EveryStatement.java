package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.command.queue.ResultColumns.Finished;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.testing.Plans;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/// Every statement of the queue once, over whatever is in its tables; what they change is put back,
/// but for what is kept too long.
final class EveryStatement implements Plans.Everything {
  static final String PROJECT = "project-01";
  private static final int LIMIT = 5;
  private static final double AGING = QueueFixture.AGING.toSeconds();
  private static final Duration RETENTION = Duration.ofDays(365);

  private final Jdbi jdbi;

  EveryStatement(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  @Override
  public List<Method> methods() {
    return Stream.of(
            ClaimDao.class,
            LineDao.class,
            OwnerDao.class,
            OverviewDao.class,
            RetentionDao.class,
            RoundupDao.class)
        .flatMap(it -> Stream.of(it.getDeclaredMethods()))
        .toList();
  }

  @Override
  public void run() {
    var some =
        jdbi.inTransaction(
            handle -> {
              view(handle);
              var submitted = submit(handle);
              execute(handle);
              end(handle);
              handle.rollback();
              return submitted.getFirst();
            });
    new Ranks(jdbi).position(some, Ranks.EXACT + 1, new Claiming(QueueFixture.AGING));
    Search.all().forEach(it -> it.ask(jdbi));
    retain();
  }

  private static void view(Handle handle) {
    var overview = handle.attach(OverviewDao.class);
    overview.readWholeTables();
    overview.pending();
    handle.execute("SET LOCAL enable_seqscan = off");
    overview.running();
    overview.pause(PROJECT, "alice");
    overview.pauses();
    overview.resume(PROJECT);
    handle.attach(ClaimDao.class).waitingProjects();
  }

  private static List<Command> submit(Handle handle) {
    var line = handle.attach(LineDao.class);
    var idempotency = new NewCommand.Idempotency("key", "a".repeat(64));
    var rows =
        IntStream.rangeClosed(0, LIMIT + 2)
            .mapToObj(
                it ->
                    QueueFixture.command(
                        PROJECT, Priority.URGENT, null, it == 0 ? idempotency : null))
            .toList();
    line.lockSessions(new String[] {PROJECT + " s-1"});
    assertThat(line.busySessions(new String[] {PROJECT}, new String[] {"s-1"})).isEmpty();
    var submitted = line.insert(new NewCommandColumns(rows), AGING);
    assertThat(submitted).hasSameSizeAs(rows);
    line.insertInputs(rows);
    var first = rows.getFirst();
    assertThat(line.known(new String[] {first.owner().toString()}, new String[] {"key"}))
        .hasSize(1);
    var ids = rows.stream().map(NewCommand::id).toArray(String[]::new);
    line.positions(new String[] {PROJECT}, ids, Ranks.EXACT);
    assertThat(line.prioritize(first.id(), "low", AGING, QueueFixture.ALICE)).isPresent();
    assertThat(handle.attach(OverviewDao.class).standing(first.id())).isPresent();
    assertThat(line.cancel(first.id(), QueueFixture.ALICE)).isPresent();
    return submitted;
  }

  private static void execute(Handle handle) {
    var claiming = handle.attach(ClaimDao.class);
    var projects = LongLine.PROJECTS.toArray(String[]::new);
    claiming.ensureSlots(projects, LIMIT);
    var claims =
        claiming.claim(
            "me",
            projects,
            LongLine.PROJECTS.stream()
                .map(it -> PlaceJson.write(new Place(it, null, "/")))
                .toArray(String[]::new),
            new String[projects.length],
            LIMIT,
            20,
            AGING,
            QueueSql.LEASE_SECONDS);
    assertThat(claims).hasSizeGreaterThanOrEqualTo(LIMIT);
    var ids = claims.stream().map(EveryStatement::id).toArray(String[]::new);
    claiming.inputs(ids);
    var owner = handle.attach(OwnerDao.class);
    assertThat(owner.renew("me", ids, QueueSql.LEASE_SECONDS)).hasSameSizeAs(claims);
    roundUp(handle, claims.size());
    var claim = claims.get(0);
    assertThat(owner.storeInstance(id(claim), claim.token(), "i-1")).isOne();
    owner.acknowledge(id(claim), claim.token());
    owner.noteAgent(id(claim), claim.token(), "{}", "s-1");
    assertThat(owner.requestCancel(id(claim), 5, QueueFixture.ALICE)).isOne();
    assertThat(owner.killRequests("me", ids)).hasSize(1);
    claim = claims.get(1);
    assertThat(owner.release(id(claim), claim.token())).isOne();
    assertThat(owner.adopt("other", ids, 10, true, QueueSql.LEASE_SECONDS)).isEmpty();
    assertThat(owner.adopt("other", new String[0], 10, true, QueueSql.LEASE_SECONDS)).hasSize(1);
    claim = claims.get(2);
    assertThat(owner.requeue(id(claim), claim.token(), AGING)).isPresent();
    var ends =
        claims.stream().skip(3).map(it -> new Finished(it, QueueFixture.completed())).toList();
    assertThat(owner.finish(new ResultColumns(ends))).hasSameSizeAs(ends);
  }

  private static void roundUp(Handle handle, int running) {
    var roundup = handle.attach(RoundupDao.class);
    assertThat(roundup.leases()).containsEntry("me", running);
    assertThat(roundup.countRunning(Selection.all())).isGreaterThanOrEqualTo(running);
    assertThat(roundup.running(Selection.all(), true, 100)).hasSizeGreaterThanOrEqualTo(running);
    assertThat(roundup.running(Selection.ofKey(Optional.of(new UUID(7, 7))), false, 100)).isEmpty();
    assertThat(roundup.countPending(Selection.ofProject(PROJECT))).isPositive();
    assertThat(roundup.cancelPendingOf(null, 1, QueueFixture.ALICE)).hasSize(1);
  }

  private static String id(Claim claim) {
    return claim.command().id().value();
  }

  private static void end(Handle handle) {
    var line = handle.attach(LineDao.class);
    assertThat(line.cancelPending(PROJECT, 500, QueueFixture.ALICE)).isNotEmpty();
    line.failExpired(200);
  }

  private void retain() {
    jdbi.useHandle(
        handle ->
            handle.execute(
                """
                INSERT INTO commands (id, project, type, status, priority, metadata, request,
                  timeout_seconds, key_name, request_id, created_at, started_at, finished_at)
                SELECT 'cmd-old', 'old', 'shell', 'completed', 'normal', '{}', '{}', 60, 'k', 'r',
                  at, at, at
                FROM (SELECT now() - interval '2 years' AS at) AS moment
                """));
    var metrics = new BackgroundMetrics(new PrometheusRegistry());
    var life = new ProjectEvents(jdbi, metrics);
    new CommandRetention(jdbi, life, RETENTION, metrics).tick();
  }
}
