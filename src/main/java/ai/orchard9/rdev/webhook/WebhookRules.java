package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldError;
import ai.orchard9.rdev.webhook.send.TargetRefusedException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Turns a request into a [Subscription], or names every field at fault at once.
final class WebhookRules {
  private static final int LONGEST_DESCRIPTION = 1000;
  private static final int LONGEST_PROJECT = 253;
  private static final int MOST_ENTRIES = 200;

  private final List<FieldError> errors = new ArrayList<>();
  private final TargetCheck targets;

  /// Says whether something may be sent there.
  @FunctionalInterface
  interface TargetCheck {
    /// The URL as it will be dialled.
    String check(String url) throws TargetRefusedException;
  }

  private WebhookRules(TargetCheck targets) {
    this.targets = targets;
  }

  /// A new one.
  ///
  /// @throws ApiException.BadRequest a field is missing or outside
  static Subscription create(WebhookRequest request, TargetCheck targets) {
    var rules = new WebhookRules(targets);
    return rules.checked(
        new Subscription(
            request.url() == null ? "" : request.url(),
            rules.target(request.url() == null ? "" : request.url()),
            rules.events(request.events() == null ? List.of() : request.events()),
            rules.projects(request.projectIds()),
            rules.description(request.description()),
            request.enabled() == null || request.enabled()));
  }

  /// What is there, with what is to be changed.
  ///
  /// @throws ApiException.BadRequest a field is outside
  static Subscription change(Webhook there, WebhookRequest request, TargetCheck targets) {
    var rules = new WebhookRules(targets);
    return rules.checked(
        new Subscription(
            request.url() == null ? there.url() : request.url(),
            request.url() == null ? there.target() : rules.target(request.url()),
            request.events() == null ? there.events() : rules.events(request.events()),
            request.projectIds() == null
                ? there.projectIds()
                : rules.projects(request.projectIds()),
            request.description() == null
                ? there.description()
                : rules.description(request.description()),
            request.enabled() == null ? there.enabled() : request.enabled()));
  }

  private Subscription checked(Subscription subscription) {
    if (!errors.isEmpty()) {
      throw new ApiException.BadRequest(errors);
    }
    return subscription;
  }

  private String target(String url) {
    try {
      return targets.check(url);
    } catch (TargetRefusedException refused) {
      refuse("url", refused.reason());
      return url;
    }
  }

  private List<String> events(List<@Nullable String> events) {
    return entries("events", events, WebhookRules::event);
  }

  private @Nullable List<String> projects(@Nullable List<@Nullable String> projects) {
    return projects == null ? null : entries("project_ids", projects, WebhookRules::project);
  }

  /// Once each, in the order given.
  private List<String> entries(
      String field, List<@Nullable String> values, UnaryOperator<String> check) {
    if (values.isEmpty() || values.size() > MOST_ENTRIES) {
      refuse(field, "must have 1–" + MOST_ENTRIES + " entries");
    }
    var checked = new LinkedHashSet<String>();
    for (int i = 0; i < values.size() && i < MOST_ENTRIES; i++) {
      var value = values.get(i);
      try {
        if (value == null) {
          throw new IllegalArgumentException("must not be null");
        }
        checked.add(check.apply(value));
      } catch (IllegalArgumentException refused) {
        refuse(field + "[" + i + "]", String.valueOf(refused.getMessage()));
      }
    }
    return List.copyOf(checked);
  }

  private static String event(String name) {
    if (!EventType.subscribable().contains(name)) {
      throw new IllegalArgumentException(
          "must be one of " + String.join(", ", EventType.subscribable()));
    }
    return name;
  }

  private static String project(String id) {
    if (id.isBlank() || id.length() > LONGEST_PROJECT || hasControls(id)) {
      throw new IllegalArgumentException("must be the id of a project, 1–253 characters");
    }
    return id;
  }

  private @Nullable String description(@Nullable String description) {
    if (description != null
        && (description.codePointCount(0, description.length()) > LONGEST_DESCRIPTION
            || hasControls(description))) {
      refuse(
          "description",
          "must be at most " + LONGEST_DESCRIPTION + " characters, none a control character");
    }
    return description;
  }

  private void refuse(String field, String message) {
    errors.add(new FieldError(field, message));
  }

  private static boolean hasControls(String text) {
    return text.codePoints().anyMatch(Character::isISOControl);
  }
}
