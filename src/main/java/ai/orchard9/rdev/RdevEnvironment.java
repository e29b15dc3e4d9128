package ai.orchard9.rdev;

import ai.orchard9.rdev.config.EnvironmentRule;
import ai.orchard9.rdev.http.AddressRange;
import ai.orchard9.rdev.ratelimit.LimitName;
import ai.orchard9.rdev.webhook.WebhookConfig;
import ai.orchard9.rdev.webhook.send.HttpSender;
import ai.orchard9.rdev.webhook.send.Secrets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Every environment variable that operators set, and what it may hold.
final class RdevEnvironment {

  private static final long MOST_OUTPUT = 1L << 40;

  static final List<EnvironmentRule> RULES =
      List.of(
          EnvironmentRule.number("PORT", 0, 65_535),
          EnvironmentRule.number("ADMIN_PORT", 0, 65_535),
          EnvironmentRule.number("DB_PORT", 1, 65_535),
          EnvironmentRule.secret(
              "DATABASE_URL",
              "postgres://user:password@host:port/name",
              url -> url.matches("(jdbc:)?postgres(ql)?://.+")),
          EnvironmentRule.oneOf("MIGRATE_ON_START", "true", "false"),
          EnvironmentRule.oneOf("RDEV_BACKEND", "local", "kubernetes"),
          EnvironmentRule.parsed(
              "RDEV_NAMESPACE",
              "a namespace: lower case letters, digits and dashes, at most 63",
              name -> name.matches(RdevConfiguration.Projects.NAMESPACE)),
          EnvironmentRule.secret(
              "RDEV_ADMIN_KEY",
              "a key that begins with rdev_ and has at least 24 characters",
              key -> key.startsWith("rdev_") && key.length() >= 24),
          EnvironmentRule.secret(
              "AUDIT_HMAC_KEY", "at least 32 characters", key -> key.length() >= 32),
          EnvironmentRule.parsed(
              "TRUSTED_PROXIES",
              "addresses or CIDRs, separated by commas",
              list -> AddressRange.parseList(list).size() > 0),
          EnvironmentRule.parsed(
              "WEBHOOK_ALLOWED_TARGETS",
              "addresses or CIDRs, separated by commas",
              list -> AddressRange.parseList(list).size() > 0),
          EnvironmentRule.number("WEBHOOK_IN_FLIGHT", 1, WebhookConfig.MOST_IN_FLIGHT),
          EnvironmentRule.parsed(
              "WEBHOOK_PROXY",
              HttpSender.Settings.PROXIES,
              proxy -> HttpSender.Settings.proxy(proxy).isPresent()),
          EnvironmentRule.secret(
              "WEBHOOK_SECRET_KEY", Secrets.KEYS, key -> !Secrets.parse(key).isPlain()),
          range(LimitName.CONCURRENT_COMMANDS),
          range(LimitName.MAX_RUNNING_COMMANDS),
          range(LimitName.MAX_STREAMS),
          EnvironmentRule.number("OUTPUT_LIMIT_BYTES", 1024, MOST_OUTPUT),
          range(LimitName.RATE_LIMIT_RPS),
          EnvironmentRule.parsed(
              "RATE_LIMIT_WINDOW",
              "a time with its unit, " + RdevConfiguration.RateLimit.WINDOW,
              RdevConfiguration.RateLimit::isWindow),
          EnvironmentRule.number("METRICS_PROJECTS", 0, RdevConfiguration.MOST_METRICS_PROJECTS),
          EnvironmentRule.oneOf("LOG_FORMAT", "text", "json"),
          EnvironmentRule.duration("CACHE_TTL"),
          EnvironmentRule.duration("AGING"),
          EnvironmentRule.duration("RETENTION"),
          EnvironmentRule.duration("COMMAND_RETENTION"),
          EnvironmentRule.duration("CLAUDE_RESULT_GRACE"),
          EnvironmentRule.duration("CLAUDE_STALL_TIMEOUT"),
          EnvironmentRule.parsed(
              "CLAUDE_ENV_ALLOW",
              "names of variables, separated by commas",
              list -> list.matches("[A-Za-z_][A-Za-z0-9_]*(\\s*,\\s*[A-Za-z_][A-Za-z0-9_]*)*")));

  private RdevEnvironment() {}

  /// What is wrong in that environment, one line per variable; empty if nothing is.
  static Optional<String> complaints(Map<String, String> environment) {
    return EnvironmentRule.complaints(RULES, environment)
        .or(
            () ->
                environment.getOrDefault("RDEV_BACKEND", "").equals("kubernetes")
                        && environment.getOrDefault("WEBHOOK_SECRET_KEY", "").isBlank()
                    ? Optional.of(
                        "WEBHOOK_SECRET_KEY: must be set for RDEV_BACKEND=kubernetes, to "
                            + Secrets.KEYS)
                    : Optional.empty());
  }

  /// A limit may be set to what operators may move it to while the service runs.
  private static EnvironmentRule range(LimitName limit) {
    return EnvironmentRule.parsed(
        limit.name(), limit.allowed(), text -> limit.parse(text).isPresent());
  }
}
