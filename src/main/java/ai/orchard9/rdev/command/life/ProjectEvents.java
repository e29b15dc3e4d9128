package ai.orchard9.rdev.command.life;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Failpoint;
import ai.orchard9.rdev.background.Poller;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Tells the followers of a project what becomes of its commands.
///
/// Ids are given after the commit by one server at a time: sequence values are not commit order,
/// and an id once seen must never be followed by a smaller one.
public final class ProjectEvents implements Managed {

  /// The part of an SQL statement that records changes of status, in the transaction that makes
  /// them; the name of the changed rows of `commands` follows. They are numbered, and shown, within
  /// a second after the commit.
  public static final String RECORD =
      "INSERT INTO project_events (project, command_id, type, status, exit_code)"
          + " SELECT project, id, type, status, exit_code FROM ";

  private static final Duration ROUND = Duration.ofMillis(500);

  /// Between two rounds that were asked for: what is committed meanwhile shares the second.
  private static final Duration PAUSE = Duration.ofMillis(5);

  private static final long SEQUENCER_LOCK = 0x72646576_6c696665L;
  private static final int BATCH = 500;

  private final Jdbi jdbi;
  private final Poller sequencer;
  private final Map<String, Set<Runnable>> followers = new ConcurrentHashMap<>();
  private volatile @Nullable Long numberedNanos;
  private volatile FactTeller teller = new Nobody();
  private Map<String, Long> seen = Map.of();

  public ProjectEvents(Jdbi jdbi, BackgroundMetrics background) {
    this.jdbi = jdbi;
    this.sequencer = new Poller("project-events", ROUND, background, this::tick);
  }

  /// Has facts told to others, too. To be called before the start.
  public void tell(FactTeller others) {
    teller = others;
  }

  /// To be called after a commit that records events: if somebody follows here or is to be told,
  /// they are numbered at once instead of within a second.
  public void published() {
    if (isAwaited()) {
      sequencer.wake();
    }
  }

  /// The numbered events of a project after one of them, at most `limit`, in order.
  public List<ProjectEvent> list(String project, long after, int limit) {
    return jdbi.withExtension(ProjectEventDao.class, dao -> dao.list(project, after, limit));
  }

  /// The newest id in the project, 0 for none.
  public long newest(String project) {
    return jdbi.withExtension(ProjectEventDao.class, dao -> dao.newest(project));
  }

  /// Runs `wake` within a second after new events of the project were numbered, on any server; it
  /// must be quick and never block. Ends when the answer is run.
  public Runnable subscribe(String project, Runnable wake) {
    followers.compute(
        project,
        (name, known) -> {
          Set<Runnable> wakes = known == null ? ConcurrentHashMap.newKeySet() : known;
          wakes.add(wake);
          return wakes;
        });
    return () ->
        followers.computeIfPresent(
            project,
            (name, wakes) -> {
              wakes.remove(wake);
              return wakes.isEmpty() ? null : wakes;
            });
  }

  /// Deletes events older than that, except the newest of each project, a few at a time from the
  /// oldest on; returns how many.
  public int purge(Duration kept) {
    var total = 0;
    var looked = new ProjectEventDao.Purged(0, true, 0);
    while (looked.goesOn()) {
      var after = looked.last();
      looked =
          jdbi.withExtension(
              ProjectEventDao.class, dao -> dao.purge(after, kept.toSeconds(), BATCH));
      total += looked.deleted();
    }
    return total;
  }

  /// How long ago it was this server that numbered; empty when it never was.
  public Optional<Duration> sinceNumbering() {
    return Optional.ofNullable(numberedNanos).map(it -> Duration.ofNanos(System.nanoTime() - it));
  }

  /// Numbers what is committed, unless another server does; returns how many.
  public int number() {
    return Math.max(0, numberAll());
  }

  /// As [#number]; negative when another server was at it.
  private int numberAll() {
    int numbered = 0;
    int batch;
    do {
      batch = jdbi.inTransaction(this::numberBatch);
      if (batch < 0) {
        return numbered == 0 ? batch : numbered;
      }
      if (batch > 0) {
        teller.told();
      }
      numbered += batch;
    } while (batch == BATCH);
    return numbered;
  }

  /// Numbering a fact and taking it down for others is one commit: neither is there without the
  /// other.
  private int numberBatch(Handle transaction) {
    ProjectEventDao dao = transaction.attach(ProjectEventDao.class);
    if (!dao.tryLock(SEQUENCER_LOCK)) {
      return -1;
    }
    numberedNanos = System.nanoTime();
    if (!teller.looks(transaction)) {
      return dao.number(BATCH);
    }
    List<Fact> facts = dao.numbered(BATCH);
    if (!facts.isEmpty()) {
      Failpoint.pass("facts-numbered");
      teller.tell(
          transaction, facts.stream().filter(it -> !it.status().equals("pending")).toList());
      Failpoint.pass("facts-told");
    }
    return facts.size();
  }

  private boolean isAwaited() {
    return !followers.isEmpty() || teller.isAwaited();
  }

  @Override
  public void start() {
    sequencer.start();
  }

  @Override
  public void stop() throws InterruptedException {
    sequencer.stop();
  }

  private void tick() throws InterruptedException {
    boolean missed = numberAll() < 0;
    if (!followers.isEmpty()) {
      wakeFollowers();
    }
    if (isAwaited()) {
      Thread.sleep(PAUSE);
    }
    if (missed && isAwaited()) {
      // The other server may have looked before our commit.
      sequencer.wake();
    }
  }

  private void wakeFollowers() {
    Set<String> followed = Set.copyOf(followers.keySet());
    Map<String, Long> now =
        jdbi.withExtension(
            ProjectEventDao.class,
            dao -> followed.isEmpty() ? Map.of() : dao.newest(followed.toArray(String[]::new)));
    Map<String, Long> before = seen;
    seen = new HashMap<>(now);
    now.forEach(
        (project, newest) -> {
          if (!newest.equals(before.get(project))) {
            followers.getOrDefault(project, Set.of()).forEach(Runnable::run);
          }
        });
  }
}
