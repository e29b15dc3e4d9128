package ai.orchard9.rdev.console;

import ai.orchard9.rdev.webhook.DeliveryService;
import ai.orchard9.rdev.webhook.Webhook;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One webhook and what was sent. Public only because Thymeleaf reads it.
///
/// @param deleted when it was; null: it was not
/// @param oldSecretUntil how long a replaced secret signs; null: none does
/// @param events that one can subscribe to
/// @param form what was typed and refused; what is there else
/// @param next where older deliveries are; null: there are none
/// @param all whether no delivery was filtered
public record WebhookPage(
    Row row,
    @Nullable When deleted,
    @Nullable When disabledAt,
    When updated,
    String createdBy,
    long lastSequence,
    @Nullable When oldSecretUntil,
    List<String> events,
    WebhookForm form,
    List<DeliveryRow> deliveries,
    Filter filter,
    Choices choices,
    @Nullable String next,
    boolean all) {

  /// A webhook in a list. Public only because Thymeleaf reads it.
  ///
  /// @param description null: none
  /// @param projects empty: all
  /// @param status `enabled` or `disabled`
  /// @param why it is disabled; null: it is not
  /// @param failingSince the first failure after the newest success; null: none
  public record Row(
      String id,
      String url,
      @Nullable String description,
      List<String> events,
      List<String> projects,
      String status,
      @Nullable String why,
      @Nullable When failingSince,
      When created) {

    static Row of(Webhook webhook) {
      return new Row(
          webhook.id().toString(),
          webhook.url(),
          webhook.description(),
          webhook.events(),
          webhook.projectIds() == null ? List.of() : webhook.projectIds(),
          webhook.enabled() ? "enabled" : "disabled",
          why(webhook.disabledReason()),
          When.ofNullable(webhook.failingSince()),
          When.of(webhook.createdAt()));
    }

    private static @Nullable String why(@Nullable String reason) {
      return switch (reason) {
        case null -> null;
        case "gone" -> "the receiver answered 410";
        case "failing" -> "nothing but failures for 24 hours";
        default -> "by request";
      };
    }
  }

  /// A delivery in a list. Public only because Thymeleaf reads it.
  ///
  /// @param next when it is tried again; null: it is not, or it is being sent
  public record DeliveryRow(
      String id,
      String event,
      long sequence,
      String status,
      When created,
      int attempts,
      @Nullable When next) {

    static DeliveryRow of(DeliveryService.Shown shown) {
      var delivery = shown.delivery();
      return new DeliveryRow(
          delivery.id().toString(),
          delivery.event(),
          delivery.sequence(),
          delivery.status(),
          When.of(delivery.createdAt()),
          shown.attempts().size(),
          When.ofNullable(delivery.nextAttemptAt()));
    }
  }

  /// Which deliveries are asked for. Public only because Thymeleaf reads it.
  public record Filter(@Nullable String status, @Nullable String event) {
    static final Filter ANY = new Filter(null, null);
  }

  /// What can be asked for. Public only because Thymeleaf reads it.
  public record Choices(List<String> statuses, List<String> events) {}
}
