package ai.orchard9.rdev.testing.cluster;

import ai.orchard9.rdev.testing.cluster.PodStore.Change;
import ai.orchard9.rdev.testing.cluster.PodStore.GoneException;
import ai.orchard9.rdev.testing.cluster.PodStore.Stored;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// One watch: a thread that sends changes, while the connection's thread waits for the client to
/// go.
final class WatchSession {
  private static final long BOOKMARK_MILLIS = 1_000;
  private static final long DEFAULT_SECONDS = 3_600;

  private final PodStore store;
  private final Exchange exchange;
  private final Selector selector;
  private final EventSink sink;
  private final boolean bookmarks;
  private final boolean initialEventsEnd;
  private final long deadline;
  private final int epoch;
  private long version;
  private volatile boolean over;

  private WatchSession(PodStore store, Exchange exchange, EventSink sink) {
    var request = exchange.request();
    var seconds = request.parameter("timeoutSeconds");
    this.store = store;
    this.exchange = exchange;
    this.selector = Selector.of(request);
    this.sink = sink;
    this.bookmarks = request.flag("allowWatchBookmarks");
    this.initialEventsEnd = request.flag("sendInitialEvents");
    this.deadline =
        System.nanoTime()
            + TimeUnit.SECONDS.toNanos(
                seconds.isEmpty() ? DEFAULT_SECONDS : Long.parseLong(seconds));
    this.epoch = store.epoch();
  }

  static void serve(FakeCluster cluster, Exchange exchange)
      throws IOException, InterruptedException {
    var since = exchange.request().parameter("resourceVersion");
    if (cluster.faults().isGoneAsHttpStatus() && isGone(cluster.store(), since)) {
      exchange.json(410, Statuses.gone("too old resource version: " + since));
      return;
    }
    var session = new WatchSession(cluster.store(), exchange, EventSink.open(exchange));
    cluster.watches().add(session);
    try {
      session.run(since.isEmpty() ? 0 : Long.parseLong(since));
    } finally {
      cluster.watches().remove(session);
    }
  }

  private static boolean isGone(PodStore store, String since) {
    try {
      if (!since.isEmpty() && !since.equals("0")) {
        store.check(Long.parseLong(since));
      }
      return false;
    } catch (GoneException _) {
      return true;
    }
  }

  void cut() {
    exchange.connection().close();
  }

  private void run(long since) throws InterruptedException {
    var sender = Thread.ofPlatform().name("watch").daemon().start(() -> send(since));
    awaitClient();
    over = true;
    sender.interrupt();
    sender.join(TimeUnit.SECONDS.toMillis(10));
    exchange.connection().close();
  }

  private void awaitClient() {
    try {
      sink.awaitClient();
    } catch (IOException _) {
      // It has gone.
    }
  }

  private void send(long since) {
    try {
      sendAll(since);
      sink.end();
    } catch (GoneException e) {
      lost(e);
    } catch (IOException _) {
      exchange.connection().close();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void lost(GoneException why) {
    if (store.epoch() != epoch) {
      cut();
      return;
    }
    try {
      sink.send(event("ERROR", Statuses.gone(String.valueOf(why.getMessage()))));
      sink.end();
    } catch (IOException _) {
      exchange.connection().close();
    }
  }

  private void sendAll(long since) throws IOException, InterruptedException, GoneException {
    version = since;
    if (since == 0 || initialEventsEnd) {
      sendPresent();
    }
    store.check(version);
    var bookmark = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BOOKMARK_MILLIS);
    while (!over && System.nanoTime() < deadline) {
      var until = Math.min(bookmark, deadline) - System.nanoTime();
      for (var change : store.after(version, epoch, TimeUnit.NANOSECONDS.toMillis(until) + 1)) {
        sendIfSelected(change);
        version = change.version();
      }
      if (System.nanoTime() >= bookmark) {
        bookmark = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BOOKMARK_MILLIS);
        sendBookmark("");
      }
    }
  }

  private void sendPresent() throws IOException {
    var snapshot = store.snapshot(selector);
    for (var pod : snapshot.pods()) {
      sink.send(event("ADDED", pod.json()));
    }
    version = snapshot.version();
    if (initialEventsEnd) {
      sendBookmark(",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}");
    }
  }

  private void sendBookmark(String annotations) throws IOException {
    if (bookmarks) {
      sink.send(
          event(
              "BOOKMARK",
              "{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"%d\"%s}}"
                  .formatted(version, annotations)));
    }
  }

  private void sendIfSelected(Change change) throws IOException {
    var before = change.before();
    var was = before != null && selector.matches(before.pod());
    var is = !change.deleted() && selector.matches(change.after().pod());
    if (is) {
      sink.send(event(was ? "MODIFIED" : "ADDED", change.after().json()));
    } else if (was && before != null) {
      // What leaves the selection is shown as it was, with the version of the change.
      sink.send(event("DELETED", Stored.of(before.pod(), change.version()).json()));
    }
  }

  private static String event(String type, String object) {
    return "{\"type\":\"" + type + "\",\"object\":" + object + "}";
  }
}
