package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.http.Caller;
import io.dropwizard.lifecycle.Managed;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All open streams of this server: admits, lists and ends them, and is their clock.
public final class OpenStreams implements Managed {

  private static final Logger LOG = LoggerFactory.getLogger(OpenStreams.class);
  private static final Duration TICK = Duration.ofSeconds(1);

  /// A key that ended does so on every server within a second (contract section 3).
  private static final Duration KEYS_TICK = Duration.ofMillis(500);

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(3);
  private static final int LEAST_WRITERS = 2;

  private final IntSupplier mostStreams;
  private final KeyWatch keys;
  private final long silenceNanos;
  private final Map<Long, Answer> open = new ConcurrentHashMap<>();
  private final AtomicInteger admitted = new AtomicInteger();
  private final AtomicLong numbers = new AtomicLong();
  private final ExecutorService writers;
  private final ExecutorService readers;
  private final Poller clock;
  private final Poller keyClock;
  private final Counter connections;
  private final Gauge active;
  private final Counter refused;
  private volatile boolean draining;

  /// @param mostStreams how many may be open at once (`MAX_STREAMS`), asked at each admission
  /// @param silence after which a heartbeat is sent
  public OpenStreams(
      IntSupplier mostStreams,
      KeyWatch keys,
      Duration silence,
      BackgroundMetrics background,
      PrometheusRegistry metrics) {
    this.mostStreams = mostStreams;
    this.keys = keys;
    this.silenceNanos = silence.toNanos();
    int processors = Runtime.getRuntime().availableProcessors();
    ThreadFactory names = Thread.ofPlatform().daemon().name("stream-writer-", 0).factory();
    this.writers = Executors.newFixedThreadPool(Math.max(LEAST_WRITERS, processors), names);
    this.readers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("stream-reader-", 0).factory());
    this.clock = new Poller("stream-clock", TICK, background, this::tick);
    // Of its own: a database that answers slowly must not hold back heartbeats.
    this.keyClock = new Poller("stream-keys", KEYS_TICK, background, this::endStreamsOfEndedKeys);
    this.connections =
        Counter.builder()
            .name("rdev_sse_connections_total")
            .help("Streams opened")
            .register(metrics);
    this.active =
        Gauge.builder()
            .name("rdev_sse_connections_active")
            .help("Streams open now")
            .register(metrics);
    this.refused =
        Counter.builder()
            .name("rdev_sse_refused_total")
            .help("Streams refused because as many as may be were open")
            .register(metrics);
    GaugeWithCallback.builder()
        .name("rdev_sse_connections_limit")
        .help("How many streams this server opens at once")
        .callback(callback -> callback.call(mostStreams.getAsInt()))
        .register(metrics);
  }

  /// One open stream, for lists.
  ///
  /// @param number tells it from all others of this server process
  /// @param target the command's id, or empty for the life of a project
  public record Open(
      long number, String project, String target, String keyName, String keyPrefix, Duration age) {}

  /// What is open now.
  public List<Open> list() {
    return open.values().stream()
        .map(Answer::follower)
        .map(
            it ->
                new Open(
                    it.number(),
                    it.project(),
                    it.target(),
                    it.caller().keyName(),
                    it.caller().keyPrefix(),
                    Duration.ofNanos(System.nanoTime() - it.openedNanos())))
        .toList();
  }

  /// Ends those streams with a `stream_error` that says why; returns how many.
  public int close(Predicate<Open> which, String code, String message) {
    var chosen = list().stream().filter(which).toList();
    for (Open it : chosen) {
      Answer answer = open.get(it.number());
      if (answer != null) {
        answer.leave(code, message);
      }
    }
    return chosen.size();
  }

  /// Takes no more streams and ends the open ones; their clients find another server.
  public void drain() {
    draining = true;
    close(all -> true, "SERVICE_UNAVAILABLE", "this server is going down; reconnect");
  }

  /// Takes streams again, after [#drain].
  public void accept() {
    draining = false;
  }

  @Override
  public void start() {
    clock.start();
    keyClock.start();
  }

  @Override
  public void stop() throws InterruptedException {
    drain();
    long end = System.nanoTime() + DRAIN_LIMIT.toNanos();
    while (!open.isEmpty() && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    clock.stop();
    keyClock.stop();
    writers.shutdown();
    readers.shutdown();
  }

  /// Makes room for one stream; every admission ends in [#closed] or [#forget].
  void admit() {
    if (draining) {
      throw StreamErrors.draining(RETRY_AFTER);
    }
    int most = mostStreams.getAsInt();
    if (admitted.incrementAndGet() > most) {
      admitted.decrementAndGet();
      refused.inc();
      throw StreamErrors.tooManyStreams(most, RETRY_AFTER);
    }
  }

  /// An admitted stream was not opened after all.
  void forget() {
    admitted.decrementAndGet();
  }

  /// Opens an admitted stream.
  void open(String project, String target, Caller caller, Source source, Sink sink) {
    long number = numbers.incrementAndGet();
    var follower = new Answer.Follower(number, project, target, caller, System.nanoTime());
    var answer = new Answer(follower, source, sink, this);
    open.put(number, answer);
    connections.inc();
    active.inc();
    LOG.atInfo()
        .addKeyValue("project", project)
        .addKeyValue("commandId", target)
        .addKeyValue("keyPrefix", caller.keyPrefix())
        .addKeyValue("state", "opened")
        .log("SSE connection");
    answer.open();
    if (draining) {
      answer.leave("SERVICE_UNAVAILABLE", "this server is going down; reconnect");
    }
  }

  void closed(Answer answer, String reason) {
    var follower = answer.follower();
    if (open.remove(follower.number()) != null) {
      admitted.decrementAndGet();
      active.dec();
      LOG.atInfo()
          .addKeyValue("project", follower.project())
          .addKeyValue("commandId", follower.target())
          .addKeyValue("keyPrefix", follower.caller().keyPrefix())
          .addKeyValue("state", "closed")
          .addKeyValue("reason", reason)
          .log("SSE connection");
    }
  }

  Executor writers() {
    return writers;
  }

  Executor readers() {
    return readers;
  }

  private void tick() {
    long now = System.nanoTime();
    for (Answer answer : open.values()) {
      answer.tick(now, silenceNanos);
    }
  }

  private void endStreamsOfEndedKeys() {
    var callers = new HashSet<Caller>();
    open.values().forEach(answer -> callers.add(answer.follower().caller()));
    if (callers.isEmpty()) {
      return;
    }
    var ended = keys.ended(callers);
    if (ended.isEmpty()) {
      return;
    }
    for (Answer answer : open.values()) {
      var code = ended.get(answer.follower().caller());
      if (code != null) {
        answer.leave(code, "the key of this stream has ended");
      }
    }
  }
}
