package ai.orchard9.rdev.webhook;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/// Finds deliveries. Only what is asked for is in the statement, so that each question finds its
/// index; what is not over is found through the queue.
final class DeliverySearch {
  private static final String SELECT =
      """
      SELECT e.id, e.webhook_id, e.sequence, e.event, e.payload, e.queued_at AS created_at,
        e.delivered_at, e.failed_at, CASE
          WHEN e.delivered_at IS NOT NULL THEN 'delivered'
          WHEN e.failed_at IS NOT NULL THEN 'failed'
          WHEN q.leased AND q.due > clock_timestamp() THEN 'delivering'
          WHEN q.attempt > 0 THEN 'retrying'
          ELSE 'pending' END AS status,
        CASE WHEN NOT (q.leased AND q.due > clock_timestamp())
          THEN greatest(q.due, l.hold_until) END AS next_attempt_at
      FROM webhook_events e
      LEFT JOIN webhook_queue q ON q.id = e.id
      LEFT JOIN webhook_lanes l ON l.webhook_id = e.webhook_id
      WHERE e.queued_at IS NOT NULL
      """;

  private static final String OF_WEBHOOK = SELECT + " AND e.webhook_id = :webhook";

  private static final String NEWEST_FIRST = " ORDER BY e.sequence DESC LIMIT :rows";

  private DeliverySearch() {}

  /// One of a webhook.
  static Optional<Delivery> find(Handle handle, UUID webhook, UUID id) {
    return ask(handle, OF_WEBHOOK + " AND e.id = :id", Map.of("webhook", webhook, "id", id))
        .stream()
        .findFirst();
  }

  /// One of any webhook.
  static Optional<Delivery> find(Handle handle, UUID id) {
    return ask(handle, SELECT + " AND e.id = :id", Map.of("id", id)).stream().findFirst();
  }

  /// The newest of a webhook below that number, newest first.
  static List<Delivery> list(
      Handle handle, UUID webhook, DeliveryFilter filter, long below, int rows) {
    var parameters = new LinkedHashMap<String, Object>();
    parameters.put("webhook", webhook);
    parameters.put("below", below);
    parameters.put("rows", rows);
    var sql = OF_WEBHOOK + " AND e.sequence < :below";
    if (filter.event() != null) {
      sql += " AND e.event = :event";
      parameters.put("event", filter.event());
    }
    if (filter.status() != null) {
      sql += " AND " + condition(filter.status());
    }
    return ask(handle, sql + NEWEST_FIRST, parameters);
  }

  private static String condition(Delivery.Status status) {
    return switch (status) {
      case DELIVERED -> "e.delivered_at IS NOT NULL";
      case FAILED -> "e.failed_at IS NOT NULL";
      case DELIVERING -> queued("w.leased AND w.due > clock_timestamp()");
      case RETRYING -> queued("NOT (w.leased AND w.due > clock_timestamp()) AND w.attempt > 0");
      case PENDING -> queued("NOT (w.leased AND w.due > clock_timestamp()) AND w.attempt = 0");
    };
  }

  private static String queued(String condition) {
    return "e.sequence = ANY(ARRAY(SELECT w.sequence FROM webhook_queue w"
        + " WHERE w.webhook_id = :webhook AND w.sequence < :below AND "
        + condition
        + "))";
  }

  private static List<Delivery> ask(Handle handle, String sql, Map<String, ?> parameters) {
    return handle
        .createQuery(sql)
        .bindMap(parameters)
        .registerRowMapper(ConstructorMapper.factory(Delivery.class))
        .mapTo(Delivery.class)
        .list();
  }
}
