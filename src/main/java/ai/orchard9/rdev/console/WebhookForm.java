package ai.orchard9.rdev.console;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.webhook.Webhook;
import ai.orchard9.rdev.webhook.WebhookRequest;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is typed of a webhook. Public only because Thymeleaf reads it.
///
/// @param projects with commas between; empty: all
/// @param errors what is wrong, by the field it is wrong with
public record WebhookForm(
    String url,
    List<String> events,
    String projects,
    String description,
    Map<String, String> errors) {
  static final WebhookForm EMPTY = new WebhookForm("", List.of(), "", "", Map.of());

  static WebhookForm of(Webhook webhook) {
    return new WebhookForm(
        webhook.url(),
        webhook.events(),
        webhook.projectIds() == null ? "" : String.join(", ", webhook.projectIds()),
        Objects.requireNonNullElse(webhook.description(), ""),
        Map.of());
  }

  static WebhookForm of(MultivaluedMap<String, String> form) {
    return new WebhookForm(
        text(form, "url"),
        List.copyOf(form.getOrDefault("events", List.of())),
        text(form, "projects"),
        text(form, "description"),
        Map.of());
  }

  private static String text(MultivaluedMap<String, String> form, String name) {
    return Objects.requireNonNullElse(form.getFirst(name), "").strip();
  }

  /// The same, with what is wrong: an entry's fault is its field's.
  WebhookForm refused(ApiException.BadRequest refusal) {
    var faults = new LinkedHashMap<String, String>();
    for (var fault : refusal.details()) {
      faults.merge(
          fault.field().replaceAll("\\[.*", ""),
          fault.message(),
          (one, other) -> one.contains(other) ? one : one + "; " + other);
    }
    return new WebhookForm(url, events, projects, description, faults);
  }

  /// A new one, as it is typed.
  WebhookRequest creation() {
    return new WebhookRequest(
        url, events, projects.isEmpty() ? null : projectIds(), given(description, null), null);
  }

  /// What differs from what is there. An address that stays is not looked up again.
  WebhookRequest change(Webhook there) {
    return new WebhookRequest(
        url.equals(there.url()) ? null : url,
        events,
        projects.isEmpty() && there.projectIds() == null ? null : projectIds(),
        given(description, there.description()),
        null);
  }

  private static @Nullable String given(String text, @Nullable String before) {
    return text.isEmpty() && before == null ? null : text;
  }

  private List<String> projectIds() {
    return Arrays.stream(projects.split(",", -1))
        .map(String::strip)
        .filter(it -> !it.isEmpty())
        .toList();
  }
}
