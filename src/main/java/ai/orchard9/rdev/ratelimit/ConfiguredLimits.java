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

  /// The highest that [LimitName] and the configuration let it be; so the two below.
  public static final int MOST_CONCURRENT_COMMANDS = 10_000;

  public static final int MOST_RUNNING_COMMANDS = 100_000;
  public static final int MOST_STREAMS = 1_000_000;

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
