package ai.orchard9.rdev.ratelimit;

import java.time.Duration;
import java.util.Map;

/// What every authenticated answer says of its key's limit: the headers in common use, and those of
/// draft-ietf-httpapi-ratelimit-headers-10, whose `t` is the same moment as `X-RateLimit-Reset`,
/// and as `Retry-After` where there is one.
final class RateLimitHeaders {
  private RateLimitHeaders() {}

  static Map<String, String> of(Decision decision, Duration window) {
    return Map.of(
        "X-RateLimit-Limit",
        Integer.toString(decision.limit()),
        "X-RateLimit-Remaining",
        Integer.toString(decision.remaining()),
        "X-RateLimit-Reset",
        Long.toString(decision.endSeconds()),
        "RateLimit-Policy",
        "\"key\";q=" + decision.limit() + ";w=" + window.toSeconds(),
        "RateLimit",
        "\"key\";r=" + decision.remaining() + ";t=" + decision.waitSeconds());
  }
}
