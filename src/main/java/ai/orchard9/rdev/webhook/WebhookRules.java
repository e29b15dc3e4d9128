package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldErrors;
import ai.orchard9.rdev.webhook.send.TargetRefusedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns a request into a [Subscription], or names every field at fault at once.
final class WebhookRules {
  private static final int LONGEST_DESCRIPTION = 1000;

  private final FieldErrors errors = new FieldErrors();
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
    errors.throwIfAny();
    return subscription;
  }

  private String target(String url) {
    try {
      return targets.check(url);
    } catch (TargetRefusedException refused) {
      errors.refuse("url", refused.reason());
      return url;
    }
  }

  private List<String> events(List<@Nullable String> events) {
    return errors.entries("events", events, WebhookRules::event);
  }

  private @Nullable List<String> projects(@Nullable List<@Nullable String> projects) {
    return projects == null
        ? null
        : errors.entries("project_ids", projects, FieldErrors::projectId);
  }

  private static String event(String name) {
    if (!EventType.subscribable().contains(name)) {
      throw new IllegalArgumentException(
          "must be one of " + String.join(", ", EventType.subscribable()));
    }
    return name;
  }

  private @Nullable String description(@Nullable String description) {
    if (description != null
        && (description.codePointCount(0, description.length()) > LONGEST_DESCRIPTION
            || FieldErrors.hasControls(description))) {
      errors.refuse(
          "description",
          "must be at most " + LONGEST_DESCRIPTION + " characters, none a control character");
    }
    return description;
  }
}
