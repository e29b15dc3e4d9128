package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequestContext;
import java.util.List;

/// Has done what is asked of webhooks, checked first: wherever it comes from, the same is allowed.
/// Any thread may call.
public final class WebhookRequests {
  private final WebhookService webhooks;
  private final WebhookRules.TargetCheck targets;

  WebhookRequests(WebhookService webhooks, WebhookRules.TargetCheck targets) {
    this.webhooks = webhooks;
    this.targets = targets;
  }

  /// The events that one can subscribe to.
  public static List<String> events() {
    return EventType.subscribable();
  }

  /// Makes one.
  ///
  /// @throws ApiException.BadRequest a field is missing or outside
  /// @throws ApiException.Forbidden it names projects that the key may not use
  /// @throws ApiException.Conflict there are as many as there may be
  public WebhookService.Made create(Caller caller, WebhookRequest request, RequestContext context) {
    return webhooks.create(caller, WebhookRules.create(request, targets), context);
  }

  /// Changes one; what the request leaves out stays as it is.
  ///
  /// @throws ApiException.NotFound malformed, unknown, deleted, or not the caller's to see
  /// @throws ApiException.BadRequest a field is outside
  /// @throws ApiException.Forbidden it names projects that the key may not use
  public Webhook change(Caller caller, String id, WebhookRequest request, RequestContext context) {
    var there = webhooks.get(caller, id);
    // Names are looked up here, where no transaction waits for them.
    var checked = WebhookRules.change(there, request, targets);
    return webhooks.change(
        caller,
        there.id(),
        now -> WebhookRules.change(now, request, _ -> checked.target()),
        context);
  }
}
