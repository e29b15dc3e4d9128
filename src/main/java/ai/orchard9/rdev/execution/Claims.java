package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.command.queue.Claim;
import ai.orchard9.rdev.command.queue.ClaimOrder;
import ai.orchard9.rdev.command.queue.Claimant;
import ai.orchard9.rdev.command.queue.Queue;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.project.Project;
import ai.orchard9.rdev.project.ProjectCatalog;
import ai.orchard9.rdev.runtime.Place;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// What this server is ready to run now: claims for itself, and is claimed for when a command is
/// submitted here. All that is taken has room.
final class Claims implements Claimant {
  /// How many commands one statement claims: enough to be quick, few enough to share them with
  /// other servers.
  private static final int AT_ONCE = 50;

  /// How long a project is left alone that no session could be opened in.
  private static final Duration REST = Duration.ofSeconds(1);

  private final String owner;
  private final Queue queue;
  private final ProjectCatalog projects;
  private final ExecutionConfig config;
  private final Room room;
  private final Map<String, String> instances;
  private final Consumer<Claim> work;
  private final Map<String, Long> resting = new ConcurrentHashMap<>();
  private volatile boolean closed;
  private volatile boolean held;

  /// @param instances spools seen here, by project
  /// @param work begins with what was claimed; the room it takes is given back at its end
  Claims(
      String owner,
      Queue queue,
      ProjectCatalog projects,
      ExecutionConfig config,
      Room room,
      Map<String, String> instances,
      Consumer<Claim> work) {
    this.owner = owner;
    this.queue = queue;
    this.projects = projects;
    this.config = config;
    this.room = room;
    this.instances = instances;
    this.work = work;
  }

  /// Takes nothing from now on.
  void close() {
    closed = true;
  }

  /// Takes nothing for as long as this is wanted.
  void hold(boolean wanted) {
    held = wanted;
  }

  private boolean isClosed() {
    return closed || held;
  }

  /// Starts nothing in a project for a moment, for its sessions do not open.
  void rest(String project) {
    resting.put(project, System.nanoTime() + REST.toNanos());
  }

  /// Claims until there is nothing left to claim, or no room.
  void claimAll() {
    while (!isClosed()) {
      var waiting = queue.waitingProjects();
      var places = waiting.isEmpty() ? Map.<String, Place>of() : places(waiting);
      if (places.isEmpty() || claim(places) == 0) {
        return;
      }
    }
  }

  private int claim(Map<String, Place> places) {
    var count = room.take(AT_ONCE);
    if (count == 0) {
      // Whoever has room there takes them.
      queue.callOthers();
      return 0;
    }
    var order = order(places, count);
    List<Claim> claims;
    try {
      claims = queue.claim(order);
    } catch (RuntimeException e) {
      giveBack(order);
      throw e;
    }
    take(order, claims);
    return claims.size();
  }

  @Override
  public Optional<ClaimOrder> order(Set<String> wanted, int count) {
    if (isClosed()) {
      return Optional.empty();
    }
    var places = places(wanted);
    return places.isEmpty() || !room.takeAll(count)
        ? Optional.empty()
        : Optional.of(order(places, count));
  }

  @Override
  public void take(ClaimOrder order, List<Claim> claims) {
    room.giveBack(order.count() - claims.size());
    claims.forEach(work);
  }

  @Override
  public void giveBack(ClaimOrder order) {
    room.giveBack(order.count());
  }

  private ClaimOrder order(Map<String, Place> places, int count) {
    var seen = new HashMap<String, String>();
    for (var project : places.keySet()) {
      var instance = instances.get(project);
      if (instance != null) {
        seen.put(project, instance);
      }
    }
    return new ClaimOrder(owner, count, config.concurrentCommands().getAsInt(), places, seen);
  }

  /// Where commands of these projects can start now.
  private Map<String, Place> places(Set<String> wanted) {
    var now = System.nanoTime();
    resting.values().removeIf(until -> now - until >= 0);
    var places = new HashMap<String, Place>();
    for (Project project : running()) {
      if (wanted.contains(project.id()) && !resting.containsKey(project.id())) {
        places.put(project.id(), project.place());
      }
    }
    return places;
  }

  private List<Project> running() {
    try {
      return projects.running();
    } catch (ApiException.Unavailable neverListed) {
      return List.of();
    }
  }
}
