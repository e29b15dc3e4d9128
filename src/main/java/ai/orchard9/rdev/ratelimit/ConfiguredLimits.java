package ai.orchard9.rdev.ratelimit;

import java.time.Duration;

/// The limits as `config.yml` and the environment have them: what holds where no override does.
public record ConfiguredLimits(
    int rateLimitRps,
    Duration rateLimitWindow,
    int concurrentCommands,
    int maxRunningCommands,
    int maxStreams,
    Duration cacheTtl) {

  long of(LimitName name) {
    return switch (name) {
      case RATE_LIMIT_RPS -> rateLimitRps;
      case RATE_LIMIT_WINDOW -> rateLimitWindow.toMillis();
      case CONCURRENT_COMMANDS -> concurrentCommands;
      case MAX_RUNNING_COMMANDS -> maxRunningCommands;
      case MAX_STREAMS -> maxStreams;
      case CACHE_TTL -> cacheTtl.toMillis();
    };
  }
}
