package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.error.FieldError;
import java.util.List;

/// This room's refusals, on one page.
final class WebhookErrors {
  private WebhookErrors() {}

  static ApiException notFound() {
    return new ApiException.NotFound("no such webhook");
  }

  static ApiException noDelivery() {
    return new ApiException.NotFound("no such delivery");
  }

  static ApiException lackingProjects() {
    var message = "this key may not use all of these projects itself";
    return new ApiException.Forbidden(
        ErrorCode.FORBIDDEN,
        "project_ids: " + message,
        List.of(new FieldError("project_ids", message)));
  }

  static ApiException tooMany(int most) {
    return new ApiException.Conflict("there are " + most + " webhooks already, which is the most");
  }

  static ApiException tooManySecrets(int most) {
    return new ApiException.Conflict(
        most + " secrets sign already; the oldest stops 24 hours after it was replaced");
  }

  static ApiException beingDelivered() {
    return new ApiException.Conflict("it is being delivered at this moment");
  }

  static ApiException disabled() {
    return new ApiException.Conflict("the webhook is disabled; enable it first");
  }
}
