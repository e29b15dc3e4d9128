package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.database.GroupCommit;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes commands in: those that come at the same time share one commit, and those for which there
/// is room are claimed in it.
final class Intake {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

  /// One: what comes while it writes makes the next write larger, and a write costs as much as a
  /// good many commands.
  private static final int LANES = 1;

  private static final int MOST_COMMANDS = 64;
  private static final int MOST_BYTES = 8 << 20;

  /// How long nothing is claimed for a project with the submission itself after that came to
  /// nothing: its slots are taken, or it is paused. Whoever frees a slot claims, and so does
  /// whoever looks after each submission ([Wakes#soon]).
  private static final Duration FULL = Duration.ofMillis(50);

  private final Jdbi jdbi;
  private final Claiming claiming;
  private final Wakes wakes;
  private final ProjectEvents life;
  private final Ranks ranks;
  private final GroupCommit<NewCommand, Taken> commits;
  private final Cache<String, Boolean> full =
      Caffeine.newBuilder().expireAfterWrite(FULL).maximumSize(10_000).build();
  private volatile Claimant claimant = Claimant.NOBODY;

  /// @param jdbi a pool whose waits are as short as a request's
  Intake(Jdbi jdbi, Claiming claiming, ProjectEvents life, Wakes wakes) {
    this.jdbi = jdbi;
    this.claiming = claiming;
    this.life = life;
    this.wakes = wakes;
    this.ranks = new Ranks(jdbi);
    this.commits =
        new GroupCommit<>(
            "intake", LANES, MOST_COMMANDS, MOST_BYTES, NewCommand::weight, this::write);
  }

  void serve(Claimant claimant) {
    this.claimant = claimant;
  }

  /// A command of this project has ended here.
  void freed(String project) {
    full.invalidate(project);
  }

  /// Returns when it is committed.
  Taken take(NewCommand command) {
    return commits.write(command);
  }

  /// What one transaction did.
  ///
  /// @param inserted by id
  /// @param claims those of them, or of others that waited, that may run now
  /// @param known by owner and idempotency key
  /// @param positions in their lines, of those that wait; beyond [Ranks#EXACT] not counted further
  private record Written(
      Map<String, Command> inserted,
      List<Claim> claims,
      Map<String, LineDao.KnownSubmission> known,
      Map<String, Integer> positions) {}

  private List<Taken> write(List<NewCommand> batch) {
    var projects =
        batch.stream()
            .map(NewCommand::project)
            .filter(it -> full.getIfPresent(it) == null)
            .collect(Collectors.toSet());
    Optional<ClaimOrder> order =
        projects.isEmpty() ? Optional.empty() : claimant.order(projects, batch.size());
    Written written;
    try {
      order.ifPresent(it -> claiming.prepare(jdbi, it));
      written = jdbi.inTransaction(handle -> write(handle, batch, order));
    } catch (RuntimeException e) {
      order.ifPresent(claimant::giveBack);
      throw e;
    }
    order.ifPresent(it -> start(it, written.claims(), batch));
    if (written.claims().isEmpty() && !written.inserted().isEmpty()) {
      order.ifPresent(it -> it.places().keySet().forEach(project -> full.put(project, true)));
    }
    tell(written, order.isPresent() || projects.isEmpty());
    return batch.stream().map(it -> taken(it, written)).toList();
  }

  private Written write(Handle handle, List<NewCommand> batch, Optional<ClaimOrder> order) {
    var dao = handle.attach(LineDao.class);
    var free = Conversations.free(dao, batch);
    var inserted =
        dao.insert(new NewCommandColumns(free), claiming.agingSeconds()).stream()
            .collect(Collectors.toMap(it -> it.id().value(), Function.identity()));
    var inputs =
        batch.stream().filter(it -> it.hasInputs() && inserted.containsKey(it.id())).toList();
    if (!inputs.isEmpty()) {
      dao.insertInputs(inputs);
    }
    var claims =
        inserted.isEmpty()
            ? List.<Claim>of()
            : order.map(it -> claiming.claim(handle, it)).orElse(List.of());
    var waiting = new HashMap<>(inserted);
    claims.forEach(it -> waiting.remove(it.command().id().value()));
    return new Written(inserted, claims, known(dao, batch, inserted), positions(dao, waiting));
  }

  /// A slot may have become free between the claim and the commit: whoever freed it did not see
  /// what waits for it, so those who claim look once more.
  private void tell(Written written, boolean couldClaim) {
    life.published();
    if (!written.positions().isEmpty()) {
      wakes.soon();
      if (!couldClaim) {
        wakes.others();
      }
    }
  }

  private static Map<String, LineDao.KnownSubmission> known(
      LineDao dao, List<NewCommand> batch, Map<String, Command> inserted) {
    var owners = new ArrayList<String>();
    var names = new ArrayList<String>();
    for (var it : batch) {
      var idempotency = it.idempotency();
      if (idempotency != null && !inserted.containsKey(it.id())) {
        owners.add(it.owner().toString());
        names.add(idempotency.key());
      }
    }
    return names.isEmpty()
        ? Map.of()
        : dao.known(owners.toArray(String[]::new), names.toArray(String[]::new));
  }

  private static Map<String, Integer> positions(LineDao dao, Map<String, Command> waiting) {
    if (waiting.isEmpty()) {
      return Map.of();
    }
    var projects = waiting.values().stream().map(Command::project).distinct();
    var ids = waiting.keySet().toArray(String[]::new);
    var positions = new HashMap<String, Integer>();
    waiting.keySet().forEach(id -> positions.put(id, Ranks.EXACT + 1));
    positions.putAll(dao.positions(projects.toArray(String[]::new), ids, Ranks.EXACT));
    return positions;
  }

  /// The commit stands: whatever happens now, its commands were taken in. What is not started here
  /// has a lease that runs out, and provably never started.
  @SuppressWarnings("CatchingUnchecked")
  private void start(ClaimOrder order, List<Claim> claims, List<NewCommand> batch) {
    try {
      claimant.take(order, claiming.withInputs(jdbi, claims, batch));
    } catch (RuntimeException e) {
      claimant.giveBack(order);
      LOG.atWarn().setCause(e).log("claimed commands left to others");
    }
  }

  private Taken taken(NewCommand command, Written written) {
    var inserted = written.inserted().get(command.id());
    if (inserted == null) {
      return earlier(command, written);
    }
    var claimed =
        written.claims().stream()
            .map(Claim::command)
            .filter(it -> it.id().equals(inserted.id()))
            .findFirst();
    if (claimed.isPresent()) {
      return new Taken.Fresh(claimed.get(), null);
    }
    var position = written.positions().get(command.id());
    return new Taken.Fresh(
        inserted, position == null ? null : ranks.position(inserted, position, claiming));
  }

  private static Taken earlier(NewCommand command, Written written) {
    var idempotency = command.idempotency();
    var known =
        idempotency == null ? null : written.known().get(command.owner() + idempotency.key());
    if (idempotency == null || known == null) {
      if (command.sessionId() != null) {
        return new Taken.Busy();
      }
      throw new IllegalStateException("neither queued nor known: " + command.id());
    }
    return known.fingerprint().equals(idempotency.fingerprint())
        ? new Taken.Replay(known.commandId())
        : new Taken.Conflict();
  }
}
