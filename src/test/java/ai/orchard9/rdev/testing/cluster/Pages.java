package ai.orchard9.rdev.testing.cluster;

import ai.orchard9.rdev.testing.cluster.PodStore.Snapshot;
import ai.orchard9.rdev.testing.cluster.PodStore.Stored;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// Lists of pods; all pages of one list show the same moment.
final class Pages {
  private final PodStore store;
  private final Map<String, Rest> open = new ConcurrentHashMap<>();

  Pages(PodStore store) {
    this.store = store;
  }

  private record Rest(Snapshot snapshot, int from) {}

  void list(Exchange exchange) throws IOException {
    var request = exchange.request();
    var token = request.parameter("continue");
    var rest =
        token.isEmpty() ? new Rest(store.snapshot(Selector.of(request)), 0) : open.get(token);
    if (rest == null || isTooOld(rest)) {
      exchange.json(
          410,
          Statuses.gone(
              "The provided continue parameter is too old to display a consistent list result."));
      return;
    }
    var limit = request.parameter("limit");
    exchange.json(200, page(rest, limit.isEmpty() ? 0 : Integer.parseInt(limit)));
  }

  private boolean isTooOld(Rest rest) {
    if (rest.snapshot().epoch() != store.epoch()) {
      return true;
    }
    try {
      store.check(rest.snapshot().version());
      return false;
    } catch (PodStore.GoneException _) {
      return true;
    }
  }

  private String page(Rest rest, int limit) {
    var pods = rest.snapshot().pods();
    var to = limit <= 0 ? pods.size() : Math.min(pods.size(), rest.from() + limit);
    var more = "";
    if (to < pods.size()) {
      var token = UUID.randomUUID().toString();
      open.put(token, new Rest(rest.snapshot(), to));
      more = ",\"continue\":\"%s\",\"remainingItemCount\":%d".formatted(token, pods.size() - to);
    }
    var items =
        pods.subList(rest.from(), to).stream().map(Stored::json).collect(Collectors.joining(","));
    return "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\""
        + rest.snapshot().version()
        + "\""
        + more
        + "},\"items\":["
        + items
        + "]}";
  }
}
