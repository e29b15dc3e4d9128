package ai.orchard9.rdev;

import ai.orchard9.rdev.command.policy.ShellPolicy;
import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.database.DatabaseConfig;
import ai.orchard9.rdev.http.AddressRange;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.ratelimit.ConfiguredLimits;
import ai.orchard9.rdev.ratelimit.LimitName;
import ai.orchard9.rdev.webhook.WebhookConfig;
import ai.orchard9.rdev.webhook.send.HttpSender;
import ai.orchard9.rdev.webhook.send.Secrets;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.dropwizard.core.Configuration;
import io.dropwizard.util.Duration;
import io.dropwizard.validation.MinDuration;
import io.dropwizard.validation.ValidationMethod;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Everything `config.yml` can say, one typed field per feature. Empty strings count as absent.
public final class RdevConfiguration extends Configuration {

  /// Where projects live.
  ///
  /// @param backend `local` or `kubernetes`
  /// @param namespace whose pods are projects
  /// @param workspaces folder of local projects; empty: `home/workspaces`
  /// @param spool folder of running commands; empty: `home/spool`, in pods `/tmp/.rdev` or
  ///   `/dev/shm/.rdev`
  public record Projects(
      @Pattern(regexp = "local|kubernetes", message = "must be local or kubernetes") String backend,
      @Pattern(regexp = NAMESPACE) String namespace,
      String workspaces,
      String spool) {
    /// What a namespace may be called (RFC 1123 label).
    static final String NAMESPACE = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  }

  /// How commands run.
  ///
  /// @param concurrentCommands running commands per project
  /// @param maximumRunning running commands of this server
  /// @param outputLimitBytes of both streams of one command
  /// @param maximumWaiting clients that may wait for an end at once
  public record Execution(
      @Min(1) @Max(ConfiguredLimits.MOST_CONCURRENT_COMMANDS) int concurrentCommands,
      @Min(1) @Max(ConfiguredLimits.MOST_RUNNING_COMMANDS) int maximumRunning,
      @Min(1024) long outputLimitBytes,
      @Min(1) int maximumWaiting) {}

  /// What shell commands may not say.
  ///
  /// @param shellDeny RE2 patterns by the name of their rule; in their order they are tried
  public record Policy(Map<String, String> shellDeny) {
    public Policy {
      shellDeny = Collections.unmodifiableMap(new LinkedHashMap<>(shellDeny));
      // Here, so that `check` finds a pattern that does not compile, too.
      ShellPolicy.of(shellDeny);
    }
  }

  /// Who may be told, and how.
  ///
  /// @param allowedTargets CIDRs that may be sent to besides all public addresses, separated by
  ///   commas
  /// @param inFlight deliveries of this server at once
  /// @param secretKey what the secrets are sealed with; empty: they are stored as they are
  /// @param proxy over which all is sent, `http://host:port`; empty: directly
  public record Webhooks(
      String allowedTargets,
      @Min(1) @Max(WebhookConfig.MOST_IN_FLIGHT) int inFlight,
      Secret<String> secretKey,
      String proxy) {
    public Webhooks {
      // Here, so that `check` finds them, too.
      AddressRange.parseList(allowedTargets);
      HttpSender.Settings.proxy(proxy);
      Secrets.parse(secretKey.value());
    }

    /// The ranges, parsed.
    List<AddressRange> allowed() {
      return AddressRange.parseList(allowedTargets);
    }
  }

  /// How often a key may call.
  ///
  /// @param requestsPerSecond of a key that has no limit of its own
  /// @param window over which that is averaged, in whole seconds up to an hour
  public record RateLimit(@Min(1) @Max(Caller.MOST_RPS) int requestsPerSecond, Duration window) {
    /// Which windows there are, in words.
    static final String WINDOW = "in whole seconds from 1s to 1h";

    static boolean isWindow(String text) {
      return isWindow(Duration.parse(text));
    }

    private static boolean isWindow(Duration window) {
      var ms = window.toMilliseconds();
      return LimitName.RATE_LIMIT_WINDOW.allows(ms) && ms % 1000 == 0;
    }

    /// Whether the window can be told in the seconds of the headers.
    @ValidationMethod(message = "window must be " + WINDOW)
    public boolean isWindowInWholeSeconds() {
      return isWindow(window);
    }
  }

  /// Each is more than a dozen series, and over a hundred with commands of every type.
  static final int MOST_METRICS_PROJECTS = 10_000;

  private Path home = Path.of(".rdev");
  private String uiTemplates = "";
  private Secret<String> adminKey = new Secret<>("");
  private Secret<String> auditKey = new Secret<>("");
  private String trustedProxies = "";
  private @Valid DatabaseConfig database = DatabaseConfig.embedded();
  private @Valid Projects runtime = new Projects("local", "rdev", "", "");
  private @Valid Execution execution = new Execution(5, 100, 64L << 20, 2000);
  private @Valid ClaudeSettings claude = ClaudeSettings.DEFAULT;
  private Policy policy = new Policy(ShellPolicy.DEFAULT);
  private @Valid Webhooks webhooks = new Webhooks("", 100, new Secret<>(""), "");
  private @Valid RateLimit rateLimit = new RateLimit(10, Duration.seconds(10));
  private Duration cacheTtl = Duration.seconds(30);

  @MinDuration(value = 1, unit = TimeUnit.SECONDS)
  private Duration aging = Duration.minutes(10);

  @MinDuration(value = 1, unit = TimeUnit.DAYS)
  private Duration outputRetention = Duration.days(30);

  @MinDuration(value = 1, unit = TimeUnit.DAYS)
  private Duration commandRetention = Duration.days(365);

  private @Min(1) @Max(ConfiguredLimits.MOST_STREAMS) int maximumStreams = 10_000;
  private @Min(0) @Max(MOST_METRICS_PROJECTS) int metricsProjects = 100;

  /// Where the server keeps what is its own.
  @JsonProperty
  public Path getHome() {
    return home;
  }

  public void setHome(Path home) {
    this.home = home;
  }

  /// A folder whose templates of the console win over the jar's.
  public Optional<Path> templates() {
    return uiTemplates.isBlank() ? Optional.empty() : Optional.of(Path.of(uiTemplates));
  }

  @JsonProperty
  public void setUiTemplates(String uiTemplates) {
    this.uiTemplates = uiTemplates;
  }

  /// A key accepted without a row.
  public Optional<Secret<String>> adminKey() {
    return adminKey.value().isBlank() ? Optional.empty() : Optional.of(adminKey);
  }

  @JsonProperty
  public void setAdminKey(Secret<String> adminKey) {
    this.adminKey = adminKey;
  }

  /// What the seals of the audit log are made with.
  public Optional<Secret<String>> auditKey() {
    return auditKey.value().isBlank() ? Optional.empty() : Optional.of(auditKey);
  }

  @JsonProperty
  public void setAuditKey(Secret<String> auditKey) {
    this.auditKey = auditKey;
  }

  /// Whose `X-Forwarded-For` is believed: CIDRs, separated by commas.
  @JsonProperty
  public String getTrustedProxies() {
    return trustedProxies;
  }

  public void setTrustedProxies(String trustedProxies) {
    this.trustedProxies = trustedProxies;
  }

  @JsonProperty
  public DatabaseConfig getDatabase() {
    return database;
  }

  public void setDatabase(DatabaseConfig database) {
    this.database = database;
  }

  @JsonProperty
  public Projects getRuntime() {
    return runtime;
  }

  public void setRuntime(Projects runtime) {
    this.runtime = runtime;
  }

  @JsonProperty
  public Execution getExecution() {
    return execution;
  }

  public void setExecution(Execution execution) {
    this.execution = execution;
  }

  @JsonProperty
  public ClaudeSettings getClaude() {
    return claude;
  }

  public void setClaude(ClaudeSettings claude) {
    this.claude = claude;
  }

  @JsonProperty
  public Policy getPolicy() {
    return policy;
  }

  public void setPolicy(Policy policy) {
    this.policy = policy;
  }

  @JsonProperty
  public RateLimit getRateLimit() {
    return rateLimit;
  }

  public void setRateLimit(RateLimit rateLimit) {
    this.rateLimit = rateLimit;
  }

  @JsonProperty
  public Webhooks getWebhooks() {
    return webhooks;
  }

  public void setWebhooks(Webhooks webhooks) {
    this.webhooks = webhooks;
  }

  /// In a cluster others can read the database: there the secrets of webhooks are sealed.
  @ValidationMethod(
      message =
          "WEBHOOK_SECRET_KEY (webhooks.secretKey) must be set for kubernetes: " + Secrets.KEYS)
  public boolean isSealedWhereOthersRead() {
    return !runtime.backend().equals("kubernetes") || !webhooks.secretKey().value().isBlank();
  }

  /// How old the list of projects may be before the runtime is asked again.
  @JsonProperty
  public Duration getCacheTtl() {
    return cacheTtl;
  }

  public void setCacheTtl(Duration cacheTtl) {
    this.cacheTtl = cacheTtl;
  }

  /// How much waiting each step of priority is worth.
  @JsonProperty
  public Duration getAging() {
    return aging;
  }

  public void setAging(Duration aging) {
    this.aging = aging;
  }

  /// How long the record of a command is kept after its end.
  @JsonProperty
  public Duration getCommandRetention() {
    return commandRetention;
  }

  public void setCommandRetention(Duration commandRetention) {
    this.commandRetention = commandRetention;
  }

  /// How long output is kept, in whole days.
  @JsonProperty
  public Duration getOutputRetention() {
    return outputRetention;
  }

  public void setOutputRetention(Duration outputRetention) {
    this.outputRetention = outputRetention;
  }

  /// Open event streams of this server.
  @JsonProperty
  public int getMaximumStreams() {
    return maximumStreams;
  }

  public void setMaximumStreams(int maximumStreams) {
    this.maximumStreams = maximumStreams;
  }

  /// How many projects have a value of their own in the label `project` of metrics.
  @JsonProperty
  public int getMetricsProjects() {
    return metricsProjects;
  }

  public void setMetricsProjects(int metricsProjects) {
    this.metricsProjects = metricsProjects;
  }

  /// The folder of projects.
  public Path workspaces() {
    return orInHome(runtime.workspaces(), "workspaces");
  }

  /// The folder of running commands.
  public Path spool() {
    return orInHome(runtime.spool(), "spool");
  }

  private Path orInHome(String path, String name) {
    return (path.isBlank() ? home.resolve(name) : Path.of(path)).toAbsolutePath().normalize();
  }
}
