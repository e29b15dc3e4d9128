package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.model.Requester;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.queue.ResultColumns.Finished;
import ai.orchard9.rdev.database.GroupCommit;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Offers pending commands to those who execute them, and takes their reports. Every report names
/// the token of its claim; one that is out of date changes nothing and answers false.
public final class Queue {
  /// Two: while one batch waits for the disk, the next is made.
  private static final int END_LANES = 2;

  /// How many ends share a commit at most.
  private static final int MOST_ENDS = 64;

  private static final int MOST_BYTES = 1 << 20;

  private final Jdbi jdbi;
  private final Claiming claiming;
  private final Line line;
  private final ProjectEvents life;
  private final OutputLog output;
  private final Wakes wakes;
  private final GroupCommit<Finished, Boolean> ends;
  private final List<Consumer<CommandId>> onKill = new CopyOnWriteArrayList<>();

  /// @param jdbi a pool for background work: its waits are longer than a request may take
  Queue(
      Jdbi jdbi, Claiming claiming, Line line, ProjectEvents life, OutputLog output, Wakes wakes) {
    this.jdbi = jdbi;
    this.claiming = claiming;
    this.line = line;
    this.life = life;
    this.output = output;
    this.wakes = wakes;
    this.ends =
        new GroupCommit<>("ends", END_LANES, MOST_ENDS, MOST_BYTES, Finished::weight, this::write);
  }

  /// How long an owner may be silent before others take over.
  public static Duration lease() {
    return Duration.ofSeconds(QueueSql.LEASE_SECONDS);
  }

  /// Has commands that are submitted here start here, where there is room.
  ///
  /// @param wake runs, quickly and on any thread, when there may be something to claim
  public void serve(Claimant claimant, Runnable wake) {
    line.serve(claimant);
    wakes.onWake(wake);
  }

  /// Calls back when this server was asked to end a running command.
  public void onKill(Consumer<CommandId> wake) {
    onKill.add(wake);
  }

  /// Leaves word for the owner of a running command that somebody wants its end; says whether that
  /// is new. The first request counts.
  ///
  /// @param grace between TERM and KILL
  public boolean requestCancel(CommandId id, Duration grace, Requester requester) {
    var asked =
        jdbi.withExtension(
            OwnerDao.class,
            dao -> dao.requestCancel(id.value(), (int) grace.toSeconds(), requester));
    onKill.forEach(it -> it.accept(id));
    return asked == 1;
  }

  /// The projects in which commands wait.
  public Set<String> waitingProjects() {
    return Set.copyOf(jdbi.withExtension(ClaimDao.class, ClaimDao::waitingProjects));
  }

  /// Claims, in the order of the line, what there is room and slots for.
  public List<Claim> claim(ClaimOrder order) {
    claiming.prepare(jdbi, order);
    var claims = jdbi.withHandle(handle -> claiming.claim(handle, order));
    if (!claims.isEmpty()) {
      life.published();
    }
    return claiming.withInputs(jdbi, claims, List.of());
  }

  /// Tells the other servers that commands wait which this one cannot take.
  public void callOthers() {
    wakes.others();
  }

  /// Takes over commands whose owner handed them over.
  ///
  /// @param silent also those whose lease has run out; after an outage of the database they all
  ///   have, although their owners live
  public List<Claim> adopt(String owner, Collection<String> mine, int count, boolean silent) {
    return jdbi.withExtension(
        OwnerDao.class,
        dao ->
            dao.adopt(owner, mine.toArray(String[]::new), count, silent, QueueSql.LEASE_SECONDS));
  }

  /// Extends the leases of those that are still this owner's, and names them.
  public Set<String> renew(String owner, Collection<String> ids) {
    return Set.copyOf(
        jdbi.withExtension(
            OwnerDao.class,
            dao -> dao.renew(owner, ids.toArray(String[]::new), QueueSql.LEASE_SECONDS)));
  }

  /// Which of these somebody wants ended.
  public Map<String, Claim.KillRequest> killRequests(String owner, Collection<String> ids) {
    var rows =
        jdbi.withExtension(
            OwnerDao.class, dao -> dao.killRequests(owner, ids.toArray(String[]::new)));
    var requests = new HashMap<String, Claim.KillRequest>();
    rows.forEach(
        it ->
            requests.put(
                it.commandId(),
                new Claim.KillRequest(it.reason(), Duration.ofSeconds(it.graceSeconds()))));
    return requests;
  }

  /// Notes the spool that the start will be sent to; must be committed before it is sent.
  public boolean storeInstance(Claim claim, String instance) {
    return jdbi.withExtension(
            OwnerDao.class,
            dao -> dao.storeInstance(claim.command().id().value(), claim.token(), instance))
        == 1;
  }

  /// Notes that the spool has started it: never again, and its inputs are erased.
  public void acknowledge(Claim claim) {
    jdbi.useExtension(
        OwnerDao.class, dao -> dao.acknowledge(claim.command().id().value(), claim.token()));
  }

  /// Notes what a claude run has told of itself so far, for others to read.
  public void noteAgent(Claim claim, JsonNode agent, @Nullable String sessionId) {
    jdbi.useExtension(
        OwnerDao.class,
        dao ->
            dao.noteAgent(
                claim.command().id().value(), claim.token(), agent.toString(), sessionId));
  }

  /// Lets others take over at once.
  public boolean release(Claim claim) {
    return jdbi.withExtension(
            OwnerDao.class, dao -> dao.release(claim.command().id().value(), claim.token()))
        == 1;
  }

  /// Puts back what provably never started.
  public boolean requeue(Claim claim) {
    var id = claim.command().id().value();
    var done =
        jdbi.withExtension(
                OwnerDao.class, dao -> dao.requeue(id, claim.token(), claiming.agingSeconds()))
            .isPresent();
    if (done) {
      life.published();
      wakes.everywhere();
    }
    return done;
  }

  /// Writes how it ended, once.
  public boolean finish(Claim claim, Result result) {
    var done = ends.write(new Finished(claim, result));
    if (done) {
      output.finished(claim.command().id().value());
      line.freed(claim.command().project());
      wakes.here();
    }
    return done;
  }

  private List<Boolean> write(List<Finished> batch) {
    var newest = newest(batch);
    var ends = new ResultColumns(newest.values().stream().map(batch::get).toList());
    var written =
        jdbi.withExtension(OwnerDao.class, dao -> dao.finish(ends)).stream()
            .map(it -> newest.get(new CommandId(it)))
            .collect(Collectors.toSet());
    life.published();
    return IntStream.range(0, batch.size()).mapToObj(written::contains).toList();
  }

  /// Where in the batch stands what counts of each command: of reports that come together the first
  /// of the newest claim. One statement cannot tell them apart.
  private static Map<CommandId, Integer> newest(List<Finished> batch) {
    var newest = new LinkedHashMap<CommandId, Integer>();
    for (int i = 0; i < batch.size(); i++) {
      newest.merge(
          batch.get(i).id(), i, (a, b) -> batch.get(b).token() > batch.get(a).token() ? b : a);
    }
    return newest;
  }
}
