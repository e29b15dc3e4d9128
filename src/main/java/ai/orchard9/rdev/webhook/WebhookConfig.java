package ai.orchard9.rdev.webhook;

import java.time.Duration;

/// How webhooks are served.
///
/// @param inFlight deliveries of this server at once (`WEBHOOK_IN_FLIGHT`)
/// @param retention how long events and deliveries are kept
public record WebhookConfig(int inFlight, Duration retention) {
  /// The most that `inFlight` can be: each holds a connection and a virtual thread.
  public static final int MOST_IN_FLIGHT = 10_000;
}
