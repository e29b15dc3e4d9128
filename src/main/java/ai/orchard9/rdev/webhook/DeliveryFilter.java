package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.error.ApiException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which deliveries a list shows; null: any.
public record DeliveryFilter(Delivery.@Nullable Status status, @Nullable String event) {

  /// The name of the list, in its cursors.
  public static final String LIST = "deliveries";

  /// Reads what an address asks for; null: any.
  ///
  /// @throws ApiException.BadRequest naming the one that makes no sense
  public static DeliveryFilter parse(@Nullable String status, @Nullable String event) {
    if (event != null && !events().contains(event)) {
      throw ApiException.badField("event", "must be one of " + String.join(", ", events()));
    }
    return new DeliveryFilter(status == null ? null : status(status), event);
  }

  /// All names that deliveries have.
  public static List<String> events() {
    return EventType.names();
  }

  /// All names of where they stand.
  public static List<String> statuses() {
    return Arrays.stream(Delivery.Status.values()).map(Delivery.Status::wire).toList();
  }

  private static Delivery.Status status(String text) {
    return Arrays.stream(Delivery.Status.values())
        .filter(it -> it.wire().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                ApiException.badField("status", "must be one of " + String.join(", ", statuses())));
  }
}
