package ai.orchard9.rdev.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.background.Failpoint;
import ai.orchard9.rdev.webhook.send.Attempt;
import ai.orchard9.rdev.webhook.send.Message;
import ai.orchard9.rdev.webhook.send.Secrets;
import ai.orchard9.rdev.webhook.send.Sender;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Makes one attempt of a claim, and judges it.
final class Attempts {
  /// How long a receiver may take (contract section 8).
  static final Duration LIMIT = Duration.ofSeconds(10);

  private static final int FIRST_REDIRECT = 300;
  private static final int FIRST_ERROR = 400;

  private final Sender sender;
  private final Secrets secrets;
  private final RetryPlan plan;
  private final InstantSource clock;
  private final WebhookMetrics metrics;

  Attempts(
      Sender sender, Secrets secrets, RetryPlan plan, InstantSource clock, WebhookMetrics metrics) {
    this.sender = sender;
    this.secrets = secrets;
    this.plan = plan;
    this.clock = clock;
    this.metrics = metrics;
  }

  /// Sends it. Blocks for at most [#LIMIT].
  Verdict make(Claim claim, ClaimDao.Outgoing outgoing) {
    var startedAt = System.nanoTime();
    var attempt = send(claim, outgoing);
    Failpoint.pass("webhook-sent");
    return switch (attempt) {
      case Attempt.Answered it when isSuccess(it.statusCode()) ->
          new Verdict(
              claim,
              Outcome.DELIVERED,
              Duration.ZERO,
              Optional.of(trial(startedAt, it, it.statusCode(), null)));
      case Attempt.Answered it ->
          failed(
              claim,
              trial(startedAt, it, it.statusCode(), words(it.statusCode())),
              it.retryAfter());
      case Attempt.Failed it ->
          failed(claim, trial(startedAt, it, null, it.error()), Optional.empty());
      case Attempt.Refused it -> {
        metrics.refusedAtConnect();
        yield failed(claim, trial(startedAt, it, null, it.error()), Optional.empty());
      }
    };
  }

  private Attempt send(Claim claim, ClaimDao.Outgoing outgoing) {
    try {
      var owner = claim.webhookId().toString();
      return sender.send(
          new Message(
              URI.create(outgoing.target()),
              outgoing.event(),
              claim.id().toString(),
              clock.instant(),
              outgoing.payload().getBytes(UTF_8),
              outgoing.secrets().stream().map(it -> secrets.open(it, owner)).toList()),
          LIMIT);
    } catch (Secrets.SealException unreadable) {
      // WEBHOOK_SECRET_KEY was changed: unsigned is not sent.
      return new Attempt.Failed("the secret cannot be read", Duration.ZERO);
    }
  }

  private Verdict failed(Claim claim, Verdict.Trial trial, Optional<Duration> retryAfter) {
    var wait =
        trial.isGone() ? Optional.<Duration>empty() : plan.after(claim.attempt() + 1, retryAfter);
    return new Verdict(
        claim,
        wait.isPresent() ? Outcome.RETRYING : Outcome.FAILED,
        wait.orElse(Duration.ZERO),
        Optional.of(trial));
  }

  private static Verdict.Trial trial(
      long startedAt, Attempt attempt, @Nullable Integer statusCode, @Nullable String error) {
    return new Verdict.Trial(startedAt, attempt.duration(), statusCode, error);
  }

  private static boolean isSuccess(int statusCode) {
    return statusCode >= 200 && statusCode < FIRST_REDIRECT;
  }

  private static String words(int statusCode) {
    var isRedirect = statusCode >= FIRST_REDIRECT && statusCode < FIRST_ERROR;
    return "answered " + statusCode + (isRedirect ? "; redirects are not followed" : "");
  }
}
