package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.runtime.Place;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Offers pending commands to those who execute them, and takes their reports. Every report names
/// the token of its claim; one that is out of date changes nothing and answers false.
public final class Queue {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Jdbi jdbi;
  private final ProjectEvents life;
  private final OutputLog output;
  private final Set<String> slotted = ConcurrentHashMap.newKeySet();
  private final List<Runnable> onSubmit = new CopyOnWriteArrayList<>();
  private final List<Consumer<CommandId>> onKill = new CopyOnWriteArrayList<>();

  /// @param jdbi a pool for background work: its waits are longer than a request may take
  Queue(Jdbi jdbi, ProjectEvents life, OutputLog output) {
    this.jdbi = jdbi;
    this.life = life;
    this.output = output;
  }

  /// How long an owner may be silent before others take over.
  public static Duration lease() {
    return Duration.ofSeconds(QueueDao.LEASE_SECONDS);
  }

  /// Calls back (quickly, on any thread) when this server has queued a command.
  public void onSubmit(Runnable wake) {
    onSubmit.add(wake);
  }

  /// Calls back when this server was asked to end a running command.
  public void onKill(Consumer<CommandId> wake) {
    onKill.add(wake);
  }

  void submitted() {
    onSubmit.forEach(Runnable::run);
  }

  void killRequested(CommandId id) {
    onKill.forEach(it -> it.accept(id));
  }

  void finished(CommandId id) {
    output.finished(id.value());
  }

  /// Claims the oldest pending command of the given projects that has room.
  ///
  /// @param places where each project is served: stored with the claim
  /// @param instances the spool's instance by project, where this server has seen it: stored with
  ///   the claim, before any start is sent
  /// @param perProject how many may run in one project
  public Optional<Claim> claim(
      String owner, Map<String, Place> places, Map<String, String> instances, int perProject) {
    places.keySet().forEach(it -> ensureSlots(it, perProject));
    return jdbi.withExtension(
        QueueDao.class,
        dao ->
            dao.claim(
                owner,
                places.keySet().toArray(String[]::new),
                perProject,
                JSON.valueToTree(instances).toString(),
                PlaceJson.byProject(places),
                QueueDao.LEASE_SECONDS));
  }

  private void ensureSlots(String project, int limit) {
    var name = project + '\0' + limit;
    if (!slotted.contains(name)) {
      jdbi.useExtension(CommandDao.class, dao -> dao.ensureSlots(project, limit));
      slotted.add(name);
    }
  }

  /// Takes over commands whose owner handed them over.
  ///
  /// @param silent also those whose lease has run out; after an outage of the database they all
  ///   have, although their owners live
  public List<Claim> adopt(String owner, Collection<String> mine, int count, boolean silent) {
    return jdbi.withExtension(
        QueueDao.class,
        dao ->
            dao.adopt(owner, mine.toArray(String[]::new), count, silent, QueueDao.LEASE_SECONDS));
  }

  /// Extends the leases of those that are still this owner's, and names them.
  public Set<String> renew(String owner, Collection<String> ids) {
    return Set.copyOf(
        jdbi.withExtension(
            QueueDao.class,
            dao -> dao.renew(owner, ids.toArray(String[]::new), QueueDao.LEASE_SECONDS)));
  }

  /// Which of these somebody wants ended.
  public Map<String, Claim.KillRequest> killRequests(String owner, Collection<String> ids) {
    var rows =
        jdbi.withExtension(
            QueueDao.class, dao -> dao.killRequests(owner, ids.toArray(String[]::new)));
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
            QueueDao.class,
            dao -> dao.storeInstance(claim.command().id().value(), claim.token(), instance))
        == 1;
  }

  /// Notes that the spool has started it: never again, and its inputs are erased.
  public void acknowledge(Claim claim) {
    jdbi.useExtension(
        QueueDao.class, dao -> dao.acknowledge(claim.command().id().value(), claim.token()));
  }

  /// Lets others take over at once.
  public boolean release(Claim claim) {
    return jdbi.withExtension(
            QueueDao.class, dao -> dao.release(claim.command().id().value(), claim.token()))
        == 1;
  }

  /// Puts back what provably never started.
  public boolean requeue(Claim claim) {
    var id = claim.command().id().value();
    var done =
        jdbi.withExtension(QueueDao.class, dao -> dao.requeue(id, claim.token())).isPresent();
    if (done) {
      submitted();
    }
    return done;
  }

  /// Writes how it ended, once.
  public boolean finish(Claim claim, Result result) {
    var id = claim.command().id().value();
    var done =
        jdbi.withExtension(QueueDao.class, dao -> finish(dao, claim, id, result)).isPresent();
    if (done) {
      life.published();
      output.finished(id);
      submitted();
    }
    return done;
  }

  private static Optional<Command> finish(QueueDao dao, Claim claim, String id, Result result) {
    return dao.finish(
        id,
        claim.token(),
        result.status().wire(),
        result.exitCode(),
        result.signal(),
        result.errorCode(),
        result.errorMessage(),
        text(result.killReceipt()),
        result.background(),
        result.stdoutSha256(),
        result.stderrSha256());
  }

  private static @Nullable String text(@Nullable Object json) {
    return json == null ? null : json.toString();
  }

  /// Fails what waited longer than its sender allowed.
  public void failExpired() {
    var expired = jdbi.withExtension(QueueDao.class, QueueDao::failExpired);
    expired.forEach(it -> output.finished(it.id().value()));
  }
}
