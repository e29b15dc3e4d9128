package ai.orchard9.rdev.command.output;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.background.Poller;
import ai.orchard9.rdev.database.Listener;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Tells other servers which commands have news, and hears it from them.
///
/// At most one `NOTIFY` every 20 ms, in a transaction of its own: inside the writing one it would
/// take a lock that all commits share. Losing one costs time, never an event.
final class News {

  /// Instead of an event id: the row has changed.
  static final long CHANGED = -1;

  private static final String CHANNEL = "rdev_output";
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final Duration RETRY = Duration.ofSeconds(1);
  // A payload holds fewer than 8000 bytes (PostgreSQL, NOTIFY).
  private static final int MOST_CHARACTERS = 7800;

  private final OutputStore store;
  private final String serverId;
  private final Heard heard;
  private final Map<String, Long> waiting = new ConcurrentHashMap<>();
  private final Poller sender;
  private final Listener listener;

  /// Somebody else's news.
  interface Heard {
    void heard(String commandId, long lastEventId);
  }

  News(
      OutputStore store,
      Listener.Source listening,
      String serverId,
      BackgroundMetrics background,
      Heard heard,
      Runnable missed) {
    this.store = store;
    this.serverId = serverId;
    this.heard = heard;
    this.sender = new Poller("output-notify", RETRY, background, this::send);
    this.listener =
        new Listener("output-listen", CHANNEL, listening, background, this::hear, missed);
  }

  void recorded(String commandId, long lastEventId) {
    waiting.merge(commandId, lastEventId, (a, b) -> a == CHANGED ? a : (Long) Math.max(a, b));
    sender.wake();
  }

  void changed(String commandId) {
    waiting.put(commandId, CHANGED);
    sender.wake();
  }

  void start() {
    sender.start();
    listener.start();
  }

  void stop() throws InterruptedException {
    sender.stop();
    listener.stop();
  }

  private void send() throws InterruptedException {
    if (waiting.isEmpty()) {
      return;
    }
    var payload = new StringBuilder(serverId);
    for (String commandId : List.copyOf(waiting.keySet())) {
      Long last = waiting.remove(commandId);
      if (last == null) {
        continue;
      }
      payload.append(' ').append(commandId).append('=').append(last);
      if (payload.length() > MOST_CHARACTERS - 100) {
        store.notify(CHANNEL, payload.toString());
        payload.setLength(serverId.length());
      }
    }
    if (payload.length() > serverId.length()) {
      store.notify(CHANNEL, payload.toString());
    }
    Thread.sleep(PAUSE);
  }

  private void hear(String payload) {
    String[] words = payload.split(" ", -1);
    if (words[0].equals(serverId)) {
      return;
    }
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      if (equals > 0) {
        heard.heard(
            words[i].substring(0, equals),
            Long.parseLong(words[i], equals + 1, words[i].length(), 10));
      }
    }
  }
}
