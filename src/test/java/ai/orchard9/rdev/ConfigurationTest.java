package ai.orchard9.rdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.command.policy.ShellPolicy;
import ai.orchard9.rdev.config.EnvironmentRule;
import ai.orchard9.rdev.config.EnvironmentSource;
import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.database.DatabaseConfig;
import ai.orchard9.rdev.database.DatabaseTarget;
import io.dropwizard.configuration.DefaultConfigurationFactoryFactory;
import io.dropwizard.configuration.FileConfigurationSourceProvider;
import io.dropwizard.core.server.DefaultServerFactory;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.dropwizard.jetty.HttpConnectorFactory;
import io.dropwizard.util.Duration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigurationTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"config.yml", "config-e2e.yml"})
  void isCompleteWithoutEnvironment(String file) throws Exception {
    var configuration = load(file, Map.of());

    assertThat(configuration.adminKey()).isEmpty();
    assertThat(configuration.getDatabase().external()).isEmpty();
    assertThat(configuration.getDatabase().shouldMigrate()).isTrue();
    assertThat(configuration.getRuntime().backend()).isEqualTo("local");
    assertThat(configuration.workspaces())
        .isEqualTo(configuration.getHome().toAbsolutePath().resolve("workspaces"));
    assertThat(configuration.getExecution())
        .isEqualTo(new RdevConfiguration.Execution(5, 100, 64L << 20, 2000));
    assertThat(configuration.getClaude()).isEqualTo(ClaudeSettings.DEFAULT);
    assertThat(configuration.getMaximumStreams()).isEqualTo(10_000);
    assertThat(configuration.getPolicy().shellDeny().entrySet())
        .containsExactlyElementsOf(ShellPolicy.DEFAULT.entrySet());
  }

  @Test
  void takesWhatOperatorsSet() throws Exception {
    var configuration =
        load(
            "config.yml",
            Map.ofEntries(
                Map.entry("PORT", "18080"),
                Map.entry("BIND_HOST", "0.0.0.0"),
                Map.entry("RDEV_HOME", "/var/lib/rdev"),
                Map.entry("RDEV_SPOOL", "/spool"),
                Map.entry("RDEV_ADMIN_KEY", "rdev_123456789012345678901"),
                Map.entry("DB_HOST", "db"),
                Map.entry("DB_PORT", "6432"),
                Map.entry("DB_NAME", "names"),
                Map.entry("DB_USER", "user"),
                Map.entry("DB_PASSWORD", "a\"b\\c: #${PORT}%d"),
                Map.entry("MIGRATE_ON_START", "false"),
                Map.entry("CACHE_TTL", "1m"),
                Map.entry("MAX_STREAMS", "7"),
                Map.entry("RATE_LIMIT_RPS", "20"),
                Map.entry("RATE_LIMIT_WINDOW", "1m"),
                Map.entry("WEBHOOK_ALLOWED_TARGETS", "10.1.0.0/16, 127.0.0.1"),
                Map.entry("WEBHOOK_IN_FLIGHT", "7"),
                Map.entry("WEBHOOK_PROXY", "http://proxy:3128"),
                Map.entry("WEBHOOK_SECRET_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
                Map.entry("CLAUDE_ENV_ALLOW", "LANG, TZ")));

    var connector =
        (HttpConnectorFactory)
            ((DefaultServerFactory) configuration.getServerFactory())
                .getApplicationConnectors()
                .getFirst();
    assertThat(connector.getPort()).isEqualTo(18080);
    assertThat(connector.getBindHost()).isEqualTo("0.0.0.0");
    assertThat(configuration.workspaces()).isEqualTo(Path.of("/var/lib/rdev/workspaces"));
    assertThat(configuration.spool()).isEqualTo(Path.of("/spool"));
    assertThat(configuration.adminKey()).contains(new Secret<>("rdev_123456789012345678901"));
    assertThat(configuration.getDatabase().external())
        .contains(
            new DatabaseTarget(
                "jdbc:postgresql://db:6432/names", "user", new Secret<>("a\"b\\c: #${PORT}%d")));
    assertThat(configuration.getDatabase().shouldMigrate()).isFalse();
    assertThat(configuration.getCacheTtl().toSeconds()).isEqualTo(60);
    assertThat(configuration.getMaximumStreams()).isEqualTo(7);
    assertThat(configuration.getRateLimit())
        .isEqualTo(new RdevConfiguration.RateLimit(20, Duration.minutes(1)));
    assertThat(configuration.getWebhooks().inFlight()).isEqualTo(7);
    assertThat(configuration.getWebhooks().allowed()).hasSize(2);
    assertThat(configuration.getWebhooks().proxy()).isEqualTo("http://proxy:3128");
    assertThat(configuration.getWebhooks().toString()).doesNotContain("MDEy");
    assertThat(configuration.getClaude().allowedNames()).containsExactlyInAnyOrder("LANG", "TZ");
  }

  @ParameterizedTest
  @CsvSource({
    "postgres://u:p%40s@db:6432/n?sslmode=require,jdbc:postgresql://db:6432/n?sslmode=require,u,p@s",
    "postgresql://db/n,jdbc:postgresql://db/n,rdev,secret",
    "jdbc:postgresql://db/n,jdbc:postgresql://db/n,rdev,secret",
    "postgres://u@[::1]:5432/n,jdbc:postgresql://[::1]:5432/n,u,secret",
  })
  void readsDatabaseUrls(String url, String jdbcUrl, String user, String password) {
    var config =
        new DatabaseConfig(null, null, null, null, new Secret<>("secret"), new Secret<>(url), null);

    assertThat(config.external())
        .contains(new DatabaseTarget(jdbcUrl, user, new Secret<>(password)));
  }

  @Test
  void neverShowsASecret() throws Exception {
    var configuration = load("config.yml", Map.of("DATABASE_URL", "mysql://u:hidden@db/n"));

    assertThatThrownBy(() -> configuration.getDatabase().external())
        .hasMessageContaining("DATABASE_URL")
        .hasMessageNotContaining("hidden");
    assertThat(configuration.getDatabase().toString()).doesNotContain("hidden");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PORT | http | PORT=http: must be an integer from 0 to 65535",
        "PORT | 65536 | PORT=65536: must be an integer from 0 to 65535",
        "DB_PORT | 0 | DB_PORT=0: must be an integer from 1 to 65535",
        "MIGRATE_ON_START | yes | MIGRATE_ON_START=yes: must be true or false",
        "RDEV_BACKEND | docker | RDEV_BACKEND=docker: must be local or kubernetes",
        "RDEV_ADMIN_KEY | rdev_short | RDEV_ADMIN_KEY=(hidden): must be a key that begins with"
            + " rdev_ and has at least 24 characters",
        "CACHE_TTL | 30 | CACHE_TTL=30: must be a time with its unit, at least 1s, as 30s, 10m or"
            + " 1h",
        "RATE_LIMIT_RPS | 0 | RATE_LIMIT_RPS=0: must be an integer from 1 to 10000",
        "RATE_LIMIT_WINDOW | 1500ms | RATE_LIMIT_WINDOW=1500ms: must be a time with its unit, in"
            + " whole seconds from 1s to 1h",
        "RATE_LIMIT_WINDOW | 2h | RATE_LIMIT_WINDOW=2h: must be a time with its unit, in whole"
            + " seconds from 1s to 1h",
        "MAX_STREAMS | -1 | MAX_STREAMS=-1: must be an integer from 1 to 1000000",
        "TRUSTED_PROXIES | localhost | TRUSTED_PROXIES=localhost: must be addresses or CIDRs,"
            + " separated by commas",
        "TRUSTED_PROXIES | 10.0.0.1/8 | TRUSTED_PROXIES=10.0.0.1/8: must be addresses or CIDRs,"
            + " separated by commas",
        "WEBHOOK_ALLOWED_TARGETS | hooks.internal | WEBHOOK_ALLOWED_TARGETS=hooks.internal: must be"
            + " addresses or CIDRs, separated by commas",
        "WEBHOOK_IN_FLIGHT | 0 | WEBHOOK_IN_FLIGHT=0: must be an integer from 1 to 10000",
        "WEBHOOK_PROXY | https://proxy:3128 | WEBHOOK_PROXY=https://proxy:3128: must be"
            + " http://host:port, without path or credentials",
        "WEBHOOK_PROXY | http://me:pw@proxy:3128 | WEBHOOK_PROXY=http://me:pw@proxy:3128: must be"
            + " http://host:port, without path or credentials",
        "WEBHOOK_SECRET_KEY | c2hvcnQ= | WEBHOOK_SECRET_KEY=(hidden): must be 32 bytes in base64,"
            + " as `openssl rand -base64 32` prints; more of them after commas open what they"
            + " sealed",
        "OUTPUT_LIMIT_BYTES | 64MB | OUTPUT_LIMIT_BYTES=64MB: must be an integer from 1024 to"
            + " 1099511627776",
        "DATABASE_URL | mysql://x | DATABASE_URL=(hidden): must be"
            + " postgres://user:password@host:port/name",
      })
  void namesEveryWrongValue(String name, String value, String complaint) {
    assertThat(EnvironmentRule.complaints(RdevEnvironment.RULES, Map.of(name, value)))
        .contains(complaint);
  }

  @Test
  void doesNotStartOverPodsWithoutAKeyForTheSecretsOfWebhooks() throws Exception {
    assertThat(RdevEnvironment.complaints(Map.of("RDEV_BACKEND", "kubernetes")))
        .hasValueSatisfying(
            it ->
                assertThat(it).startsWith("WEBHOOK_SECRET_KEY: must be set").contains("32 bytes"));
    assertThat(RdevEnvironment.complaints(Map.of("RDEV_BACKEND", "local"))).isEmpty();
    assertThatThrownBy(() -> load("config.yml", Map.of("RDEV_BACKEND", "kubernetes")))
        .hasMessageContaining("WEBHOOK_SECRET_KEY");
  }

  @Test
  void hasARuleOrNoNeedOfOneForEveryNameInTheFile() throws Exception {
    // Any text will do for these.
    var free =
        Set.of(
            "NAME",
            "RDEV_HOME",
            "BIND_HOST",
            "DB_HOST",
            "DB_NAME",
            "DB_USER",
            "DB_PASSWORD",
            "RDEV_WORKSPACES",
            "RDEV_SPOOL",
            "UI_TEMPLATES",
            "CLAUDE_COMMAND",
            "CLAUDE_TOOLS");
    var named =
        Pattern.compile("\\$\\{([A-Z_]+):-")
            .matcher(Files.readString(Path.of("config.yml")))
            .results()
            .map(match -> match.group(1))
            .filter(name -> !free.contains(name))
            .collect(Collectors.toSet());

    assertThat(RdevEnvironment.RULES.stream().map(EnvironmentRule::name)).containsAll(named);
  }

  @Test
  void refusesUnknownKeys() throws Exception {
    var file = written(Files.readString(Path.of("config.yml")) + "\nnope: 1\n");

    assertThatThrownBy(() -> load(file, Map.of())).hasMessageContaining("nope");
  }

  @ParameterizedTest
  @CsvSource({
    "backend: \"${RDEV_BACKEND:-local}\",backend: kubernets,must be local or kubernetes",
    "namespace: \"${RDEV_NAMESPACE:-rdev}\",namespace: My_Pods,must match",
  })
  void refusesWrongValuesInTheFileToo(String line, String wrong, String complaint)
      throws Exception {
    var text = Files.readString(Path.of("config.yml"));
    assertThat(text).contains(line);
    var file = written(text.replace(line, wrong));

    assertThatThrownBy(() -> load(file, Map.of())).hasMessageContaining(complaint);
  }

  @Test
  void namesAPatternOfThePolicyThatDoesNotCompile() throws Exception {
    var file =
        written(
            Files.readString(Path.of("config.yml"))
                .replace("  shellDeny:\n", "  shellDeny:\n    mine: '(?=x)'\n"));

    assertThatThrownBy(() -> load(file, Map.of()))
        .hasMessageContaining("policy.shellDeny.mine is no RE2 pattern")
        .hasMessageContaining("(?=");
  }

  private String written(String text) throws IOException {
    return Files.writeString(folder.resolve("config.yml"), text).toString();
  }

  private static RdevConfiguration load(String file, Map<String, String> environment)
      throws Exception {
    return new DefaultConfigurationFactoryFactory<RdevConfiguration>()
        .create(RdevConfiguration.class, Validators.newValidator(), Jackson.newObjectMapper(), "dw")
        .build(EnvironmentSource.over(new FileConfigurationSourceProvider(), environment), file);
  }
}
