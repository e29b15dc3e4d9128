package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.CommandMapper;
import ai.orchard9.rdev.command.queue.ClaimDao.InputsRow;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Claims in a transaction of the caller's, so that taking a command in and starting it can share
/// one commit.
final class Claiming {
  private static final byte[] NO_STDIN = {};
  private static final Duration SLOTS_LAST = Duration.ofMinutes(1);

  private final Duration aging;

  /// Which slots were seen lately: those of a database put back from a copy may be gone.
  private final Cache<String, Boolean> slotted =
      Caffeine.newBuilder().expireAfterWrite(SLOTS_LAST).maximumSize(100_000).build();

  /// @param aging how much waiting each step of priority is worth
  Claiming(Duration aging) {
    this.aging = aging;
  }

  double agingSeconds() {
    return aging.toMillis() / 1000.0;
  }

  /// Makes the slots that an order needs and that this server has not seen yet. Not in the
  /// transaction of the claim: others would wait for it.
  void prepare(Jdbi jdbi, ClaimOrder order) {
    var missing =
        order.places().keySet().stream()
            .map(project -> new Slots(project, order.perProject()))
            .filter(it -> slotted.getIfPresent(it.name()) == null)
            .toList();
    if (!missing.isEmpty()) {
      var projects = missing.stream().map(Slots::project).toArray(String[]::new);
      jdbi.useExtension(ClaimDao.class, dao -> dao.ensureSlots(projects, order.perProject()));
      missing.forEach(it -> slotted.put(it.name(), true));
    }
  }

  private record Slots(String project, int limit) {
    String name() {
      return project + '\0' + limit;
    }
  }

  /// Claims as many as there is room and slots for. Their inputs are not read yet: they can be
  /// megabytes, and a reader that stands still must not keep the locks of a claim.
  List<Claim> claim(Handle handle, ClaimOrder order) {
    var places = List.copyOf(order.places().entrySet());
    var projects = places.stream().map(Map.Entry::getKey).toList();
    return handle
        .attach(ClaimDao.class)
        .claim(
            order.owner(),
            projects.toArray(String[]::new),
            places.stream().map(it -> PlaceJson.write(it.getValue())).toArray(String[]::new),
            projects.stream().map(order.instances()::get).toArray(String[]::new),
            order.perProject(),
            order.count(),
            agingSeconds(),
            QueueSql.LEASE_SECONDS);
  }

  /// The claims with what only the commands themselves may read.
  ///
  /// @param atHand commands whose inputs need not be asked for
  List<Claim> withInputs(Jdbi jdbi, List<Claim> claims, List<NewCommand> atHand) {
    var inputs = new HashMap<String, InputsRow>();
    atHand.forEach(it -> inputs.put(it.id(), new InputsRow(it.id(), it.stdin(), it.environment())));
    var missing =
        claims.stream()
            .filter(Claim::hasInputs)
            .map(it -> it.command().id().value())
            .filter(id -> !inputs.containsKey(id))
            .toArray(String[]::new);
    if (missing.length > 0) {
      jdbi.withExtension(ClaimDao.class, dao -> dao.inputs(missing))
          .forEach(it -> inputs.put(it.commandId(), it));
    }
    return claims.stream().map(it -> with(it, inputs.get(it.command().id().value()))).toList();
  }

  private static Claim with(Claim claim, @Nullable InputsRow row) {
    if (row == null) {
      return claim;
    }
    var stdin = row.stdin();
    var values = new LinkedHashMap<String, String>();
    for (var entry : CommandMapper.tree(row.environment()).properties()) {
      values.put(entry.getKey(), entry.getValue().asText());
    }
    return claim.withInputs(stdin == null ? NO_STDIN : stdin, Map.copyOf(values));
  }
}
