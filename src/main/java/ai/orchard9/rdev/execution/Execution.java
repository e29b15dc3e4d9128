package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.queue.Claim;
import ai.orchard9.rdev.command.queue.Line;
import ai.orchard9.rdev.command.queue.Queue;
import ai.orchard9.rdev.execution.spool.Spool;
import ai.orchard9.rdev.project.ProjectCatalog;
import io.dropwizard.lifecycle.Managed;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs this server's share of the commands: claims them, keeps their leases, takes over those of
/// dead servers, and hands its own over when it stops.
public final class Execution implements Managed {
  private static final Logger LOG = LoggerFactory.getLogger(Execution.class);

  /// The net under every wake-up.
  private static final Duration CLAIM_INTERVAL = Duration.ofSeconds(1);

  private static final Duration RENEW_INTERVAL = Duration.ofSeconds(3);

  /// What a stopping server hands over should be taken within 2 s, its own farewell included.
  private static final Duration ADOPT_INTERVAL = Duration.ofMillis(400);

  private static final Duration KILL_INTERVAL = Duration.ofMillis(500);

  /// How failed workers are counted.
  private static final String WORKERS = "command-worker";

  /// How many commands one statement takes over.
  private static final int ADOPT_AT_ONCE = 200;

  private static final Duration HAND_OVER_LIMIT = Duration.ofSeconds(5);

  private final String owner;
  private final Queue queue;
  private final OutputLog output;
  private final Spool spool;
  private final Line line;
  private final ExecutionConfig config;
  private final Room room;
  private final Claims claims;
  private final Launches launches;
  private final Continuity continuity;
  private final Map<String, CommandWorker> workers = new ConcurrentHashMap<>();
  private final Map<String, String> instances = new ConcurrentHashMap<>();
  private final BackgroundMetrics metrics;
  private final CommandMetrics counts;
  private final AgentMetrics agents;
  private final Poller claiming;
  private final Poller leases;
  private final Poller adoption;
  private final Poller killing;
  private volatile Duty duty = Duty.ALL;
  private volatile boolean stopping;

  /// What this server does of its share.
  public enum Duty {
    /// Claims, and takes over.
    ALL,
    /// Claims nothing; keeps what runs, and takes over what nobody has.
    KEEP,
    /// Claims nothing and takes nothing over; what runs is left to others at once.
    HAND_OVER
  }

  /// @param owner id of this server among owners
  Execution(
      String owner,
      Queue queue,
      Line line,
      OutputLog output,
      Spool spool,
      ProjectCatalog projects,
      ExecutionConfig config,
      BooleanSupplier databaseIsSettled,
      BackgroundMetrics metrics,
      CommandMetrics counts,
      AgentMetrics agents) {
    this.owner = owner;
    this.queue = queue;
    this.line = line;
    this.output = output;
    this.spool = spool;
    this.config = config;
    this.room = new Room(config.maximumRunning());
    this.claims =
        new Claims(owner, queue, projects, config, room, instances, it -> work(it, false));
    this.launches = new Launches(config);
    this.continuity = new Continuity(Queue.lease(), databaseIsSettled, System::nanoTime);
    this.metrics = metrics;
    this.counts = counts;
    this.agents = agents;
    metrics.expect(WORKERS);
    this.claiming = new Poller("claims", CLAIM_INTERVAL, metrics, claims::claimAll);
    this.leases = new Poller("leases", RENEW_INTERVAL, metrics, this::renew);
    this.adoption = new Poller("adoption", ADOPT_INTERVAL, metrics, this::adopt);
    this.killing = new Poller("kill-requests", KILL_INTERVAL, metrics, this::kill);
  }

  @Override
  public void start() throws Exception {
    queue.serve(claims, claiming::wake);
    queue.onKill(this::killRequested);
    leases.start();
    adoption.start();
    claiming.start();
    killing.start();
  }

  /// Does more or less of its share from now on; [#stop] has the last word. Returns at once: what
  /// is handed over is gone when [#running] says so. To be repeated: what came meanwhile is left
  /// with it.
  public void assign(Duty wanted) {
    duty = wanted;
    claims.hold(wanted != Duty.ALL);
    switch (wanted) {
      case ALL -> claiming.wake();
      case KEEP -> adoption.wake();
      case HAND_OVER -> workers.values().forEach(CommandWorker::handOver);
    }
  }

  /// Takes nothing new and hands over what runs. Once is enough.
  @Override
  public synchronized void stop() throws Exception {
    if (stopping) {
      return;
    }
    stopping = true;
    claims.close();
    claiming.stop();
    adoption.stop();
    killing.stop();
    workers.values().forEach(CommandWorker::handOver);
    var deadline = System.nanoTime() + HAND_OVER_LIMIT.toNanos();
    synchronized (workers) {
      while (!workers.isEmpty() && System.nanoTime() < deadline) {
        workers.wait(100);
      }
    }
    leases.stop();
    LOG.atInfo().addKeyValue("left", workers.size()).log("running commands handed over");
  }

  /// Starts nothing in a project for a moment, for its sessions do not open.
  void rest(String project) {
    claims.rest(project);
  }

  private void renew() {
    var mine = workers.keySet().toArray(String[]::new);
    if (mine.length == 0) {
      return;
    }
    var kept = queue.renew(owner, List.of(mine));
    for (var id : mine) {
      var worker = workers.get(id);
      if (worker != null && !kept.contains(id)) {
        worker.lose();
      }
    }
  }

  private void adopt() {
    line.failExpired();
    var silent = continuity.reached();
    if (isHandingOver()) {
      return;
    }
    var places = room.take(ADOPT_AT_ONCE);
    if (places == 0) {
      return;
    }
    var taken = List.<Claim>of();
    try {
      taken = queue.adopt(owner, workers.keySet(), places, silent);
    } finally {
      room.giveBack(places - taken.size());
    }
    taken.forEach(it -> work(it, true));
  }

  private void kill() {
    if (workers.isEmpty()) {
      return;
    }
    queue
        .killRequests(owner, workers.keySet())
        .forEach(
            (id, request) -> {
              var worker = workers.get(id);
              if (worker != null) {
                worker.kill(request);
              }
            });
  }

  private void killRequested(CommandId id) {
    if (workers.containsKey(id.value())) {
      killing.wake();
    }
  }

  private void work(Claim claim, boolean adopted) {
    var worker = new CommandWorker(claim, adopted, this);
    counts.began(claim.command());
    workers.put(worker.id(), worker);
    if (isHandingOver()) {
      worker.handOver();
    }
    Thread.ofVirtual().name("command-" + worker.id()).start(worker);
  }

  private boolean isHandingOver() {
    return stopping || duty == Duty.HAND_OVER;
  }

  void workerFailed() {
    metrics.failed(WORKERS);
  }

  void left(CommandWorker worker) {
    workers.remove(worker.id(), worker);
    counts.left(worker.command());
    room.giveBack(1);
    synchronized (workers) {
      workers.notifyAll();
    }
    claiming.wake();
  }

  CommandMetrics counts() {
    return counts;
  }

  AgentMetrics agents() {
    return agents;
  }

  /// How many commands run here.
  public int running() {
    return workers.size();
  }

  /// Ids of the commands that run here.
  public Collection<String> runningIds() {
    return Set.copyOf(workers.keySet());
  }

  String owner() {
    return owner;
  }

  Queue queue() {
    return queue;
  }

  OutputLog output() {
    return output;
  }

  Spool spool() {
    return spool;
  }

  ExecutionConfig config() {
    return config;
  }

  Launches launches() {
    return launches;
  }

  Map<String, String> instances() {
    return instances;
  }
}
