package ai.orchard9.rdev.command.output;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.database.Listener;
import io.dropwizard.lifecycle.Managed;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;

/// The front door of recorded output: execution appends, streams read.
///
/// What a reader is given was committed before. Readers near the end are served from a bounded ring
/// of recent chunks per command, others from the table; nobody has a queue of its own. Other
/// servers are told by one debounced `NOTIFY`, and find out within a second without it.
public final class OutputLog implements Managed {

  private static final List<StreamName> ALL =
      List.of(StreamName.STDOUT, StreamName.STDERR, StreamName.AGENT);
  private static final long RING_WEIGHT = 6L << 20;
  private static final long LEAST_TOTAL_WEIGHT = 24L << 20;
  private static final long MOST_TOTAL_WEIGHT = 192L << 20;
  private static final int CONCURRENT_READS = 6;
  private static final int READ_BYTES = 1 << 20;
  private static final Duration NET = Duration.ofSeconds(1);
  private static final long OWNED_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long IDLE_NANOS = Duration.ofSeconds(10).toNanos();

  private final OutputStore store;
  private final News news;
  private final Poller net;
  private final Counter recordedBytes;
  private final Map<String, Topic> topics = new ConcurrentHashMap<>();
  private final long totalWeight =
      Math.clamp(Runtime.getRuntime().maxMemory() / 8, LEAST_TOTAL_WEIGHT, MOST_TOTAL_WEIGHT);

  /// @param listening opens connections of their own for `LISTEN`
  /// @param serverId tells this server's notifications from others'
  public OutputLog(
      Jdbi jdbi,
      Listener.Source listening,
      String serverId,
      BackgroundMetrics background,
      PrometheusRegistry metrics) {
    this.store = new OutputStore(jdbi, CONCURRENT_READS);
    this.news = new News(store, listening, serverId, background, this::heard, this::heardNothing);
    this.net = new Poller("output-net", NET, background, this::castNet);
    this.recordedBytes =
        Counter.builder()
            .name("rdev_output_bytes_total")
            .help("Bytes of output recorded by this server")
            .register(metrics);
  }

  /// Records chunks of a running command in one commit, then wakes its readers.
  ///
  /// Also moves the row's `last_event_id`, `stdout_bytes` and `stderr_bytes`, and sets
  /// `acknowledged`. Safe to repeat with the same chunks when a former try ended without an answer.
  ///
  /// @param chunks 1 to [Segmenter#CHUNKS_PER_COMMIT], the continuation of what is stored
  /// @param token the caller's fencing token
  /// @param owner the caller's server id
  /// @return false if the command is not the caller's any more: nothing was recorded, stop
  public boolean append(CommandKey key, long token, String owner, List<Chunk> chunks) {
    if (!store.append(key, token, owner, chunks)) {
      return false;
    }
    long bytes = 0;
    var shared = new ArrayList<SharedChunk>(chunks.size());
    for (Chunk chunk : chunks) {
      shared.add(new SharedChunk(chunk));
      bytes += chunk.stream() == StreamName.AGENT ? 0 : chunk.bytes().length;
    }
    recordedBytes.inc(bytes);
    Topic topic = hold(key.id());
    topic.published(shared, allowance(), System.nanoTime());
    release(topic);
    topic.wakeAll();
    news.recorded(key.id(), chunks.getLast().lastEventId());
    return true;
  }

  /// To be called after the commit that gave a command its final status.
  public void finished(String commandId) {
    changed(commandId);
    news.changed(commandId);
  }

  /// Whether the command has its final status. For subscribers: the database is asked only when the
  /// row may have changed, not at each piece of output.
  public boolean hasEnded(String commandId) {
    Topic topic = hold(commandId);
    try {
      if (topic.takeStale()) {
        refresh(topic);
      }
      return topic.known().ended();
    } finally {
      release(topic);
    }
  }

  /// A cursor over the events after `afterEventId`; to be closed.
  public OutputReader reader(CommandKey key, long afterEventId) {
    return new OutputReader(this, key, hold(key.id()), afterEventId);
  }

  /// Runs `wake` soon after something was recorded or the command ended, on any server; it may run
  /// without news, must be quick and never block. Ends when closed.
  public Subscription subscribe(String commandId, Runnable wake) {
    Topic topic = hold(commandId);
    topic.add(wake);
    var open = new AtomicBoolean(true);
    return () -> {
      if (open.getAndSet(false)) {
        topic.remove(wake);
        release(topic);
      }
    };
  }

  /// Shows all that is stored, in its order, to whoever carries on after a take-over.
  public void replay(CommandKey key, Consumer<Chunk> each) {
    long after = 0;
    List<Chunk> chunks = store.read(key, after, ALL, READ_BYTES);
    while (!chunks.isEmpty()) {
      chunks.forEach(each);
      after = chunks.getLast().lastEventId();
      chunks = store.read(key, after, ALL, READ_BYTES);
    }
  }

  /// Up to `limit` first bytes of a stream.
  public byte[] head(CommandKey key, StreamName stream, int limit) {
    var head = new ByteArrayOutputStream();
    long after = 0;
    while (head.size() < limit) {
      List<Chunk> chunks = read(key, after, List.of(stream));
      if (chunks.isEmpty()) {
        break;
      }
      for (Chunk chunk : chunks) {
        head.write(chunk.bytes(), 0, Math.min(chunk.bytes().length, limit - head.size()));
      }
      after = chunks.getLast().lastEventId();
    }
    return head.toByteArray();
  }

  /// The next chunks of these streams after an event, a bounded number; empty at the end of what is
  /// stored. Blocks.
  public List<Chunk> read(CommandKey key, long afterEventId, List<StreamName> streams) {
    return store.read(key, afterEventId, streams, 4 * Chunk.MAX_BYTES);
  }

  /// Where to start [#read] for the byte at `offset` of one stream, or of both together. Blocks.
  public long eventBefore(CommandKey key, List<StreamName> streams, long offset) {
    return store.eventBefore(key, streams, offset);
  }

  @Override
  public void start() {
    news.start();
    net.start();
  }

  @Override
  public void stop() throws InterruptedException {
    net.stop();
    news.stop();
  }

  List<SharedChunk> read(CommandKey key, long afterEventId, int budgetBytes) {
    return store.read(key, afterEventId, ALL, budgetBytes).stream().map(SharedChunk::new).toList();
  }

  void refresh(Topic topic) {
    try {
      Optional<Position> position = store.position(topic.commandId);
      // Others who looked meanwhile were told that there is nothing yet.
      if (position.isPresent() && topic.learn(position.get())) {
        topic.wakeAll();
      }
    } catch (RuntimeException e) {
      topic.markStale();
      throw e;
    }
  }

  void share(Topic topic, List<SharedChunk> chunks) {
    topic.fetched(chunks, allowance());
  }

  void release(Topic topic) {
    topics.computeIfPresent(
        topic.commandId,
        (id, held) -> {
          held.holders--;
          held.touch(System.nanoTime());
          return held;
        });
  }

  private Topic hold(String commandId) {
    return topics.compute(
        commandId,
        (id, known) -> {
          Topic topic = known == null ? new Topic(id, System.nanoTime()) : known;
          topic.holders++;
          return topic;
        });
  }

  private long allowance() {
    return Math.min(RING_WEIGHT, totalWeight / Math.max(1, topics.size()));
  }

  private void heard(String commandId, long lastEventId) {
    if (lastEventId == News.CHANGED) {
      changed(commandId);
      return;
    }
    Topic topic = topics.get(commandId);
    if (topic != null) {
      topic.learn(lastEventId);
      topic.wakeAll();
    }
  }

  private void heardNothing() {
    topics.keySet().forEach(this::changed);
  }

  private void changed(String commandId) {
    Topic topic = topics.get(commandId);
    if (topic != null) {
      topic.markStale();
      topic.wakeAll();
    }
  }

  /// Finds what no notification told, and forgets what nobody follows.
  private void castNet() {
    long now = System.nanoTime();
    long allowance = allowance();
    var asked = new ArrayList<String>();
    for (Topic topic : topics.values()) {
      topic.trim(allowance);
      if (!isForgotten(topic, now) && !topic.known().ended() && !topic.isOwned(now, OWNED_NANOS)) {
        asked.add(topic.commandId);
      }
    }
    if (asked.isEmpty()) {
      return;
    }
    store
        .positions(asked)
        .forEach(
            (id, position) -> {
              Topic topic = topics.get(id);
              if (topic != null && topic.learn(position)) {
                topic.wakeAll();
              }
            });
  }

  private boolean isForgotten(Topic topic, long now) {
    return topics.computeIfPresent(
            topic.commandId,
            (id, held) -> held.holders == 0 && held.isIdle(now, IDLE_NANOS) ? null : held)
        == null;
  }
}
