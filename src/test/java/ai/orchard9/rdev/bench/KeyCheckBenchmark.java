package ai.orchard9.rdev.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.apikey.ApiKeyModule;
import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.config.Secret;
import ai.orchard9.rdev.database.Jdbis;
import ai.orchard9.rdev.http.Authentication;
import ai.orchard9.rdev.http.Authenticator;
import ai.orchard9.rdev.testing.PostgresExtension;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.logging.common.BootstrapLogging;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.apache.tomcat.jdbc.pool.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What checking a key costs each request. Public, as JMH wants it.
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
// No shorter than a key is remembered, so that each has its share of asking again.
@Measurement(iterations = 4, time = 1)
public class KeyCheckBenchmark {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String HOME = "rdev.bench.home";
  private static final String HERE = "192.0.2.1";
  private static final String ADMIN_KEY = "rdev_admin_key_of_the_benchmark";

  @Test
  void measuresChecks(@TempDir Path home) throws Exception {
    var jdbi = POSTGRES.jdbi();
    assertThat(ApiKeyModule.ensureFirstKey(jdbi, AuditModule.log(jdbi), keyFile(home))).isPresent();
    var target = POSTGRES.target();
    // In a file, for others see a process's arguments.
    Files.write(
        databaseFile(home), List.of(target.jdbcUrl(), target.user(), target.password().value()));

    var run = JmhRun.of(KeyCheckBenchmark.class, "-D" + HOME + "=" + home);

    new Report("i. Checking a key", "ns", "median", "slowest of 4", "processor time")
        .row("a good key, remembered", cells(run, "check", Kind.GOOD.name()))
        .row("`RDEV_ADMIN_KEY`", cells(run, "check", Kind.ADMIN.name()))
        .row("garbage of the right length", cells(run, "check", Kind.GARBAGE.name()))
        .row("a good key with one character changed", cells(run, "check", Kind.CHANGED.name()))
        .row("bare", cells(run, "bare"))
        .note(
            """
            JMH's average time in one thread: iterations of a second after three to warm up, in a JVM for each row.
            Processor time is the checking thread's own, without its waits for the database and for a processor.
            Once a second a remembered key is asked for again: one look-up by a unique index. Bare is the key's
            SHA-256 in hexadecimal, looked up in a `ConcurrentHashMap`. Target: ≤ 2 µs.\
            """)
        .write();
  }

  private static String[] cells(JmhRun run, String method, String... parameters) {
    var iterations = run.wall(method, parameters);
    return new String[] {
      Samples.text(iterations.getPercentile(50)),
      Samples.text(iterations.getMax()),
      Samples.text(run.medianProcessor(method, parameters))
    };
  }

  private static Path keyFile(Path home) {
    return home.resolve("admin-key");
  }

  private static Path databaseFile(Path home) {
    return home.resolve("database");
  }

  /// Checks a key.
  @Benchmark
  public Authentication check(Presented presented) {
    return presented.authenticator().authenticate(presented.key, HERE);
  }

  /// Looks its digest up, no more.
  @Benchmark
  public Boolean bare(Digests digests) throws NoSuchAlgorithmException {
    return digests.known(ADMIN_KEY);
  }

  /// What is presented.
  public enum Kind {
    GOOD,
    ADMIN,
    GARBAGE,
    CHANGED;

    private String of(String good) {
      return switch (this) {
        case GOOD -> good;
        case ADMIN -> ADMIN_KEY;
        case GARBAGE -> "x".repeat(good.length());
        case CHANGED ->
            good.substring(0, 20) + (good.charAt(20) == 'a' ? 'b' : 'a') + good.substring(21);
      };
    }
  }

  /// A key, and who checks it against the database of the process that measures.
  @State(Scope.Benchmark)
  public static class Presented {
    private @Nullable Authenticator authenticator;
    private String key = "";

    /// Set by JMH.
    @Param public Kind kind = Kind.GOOD;

    /// Wires the room as the service does.
    @Setup
    public void prepare() throws IOException {
      BootstrapLogging.bootstrap();
      var home = Path.of(System.getProperty(HOME));
      var jdbi = Jdbis.over(dataSource(Files.readAllLines(databaseFile(home))));
      var registry = new PrometheusRegistry();
      authenticator =
          ApiKeyModule.install(
                  new Environment("bench"),
                  jdbi,
                  jdbi,
                  Optional.of(new Secret<>(ADMIN_KEY)),
                  AuditModule.log(jdbi),
                  () -> 10,
                  new BackgroundMetrics(registry),
                  registry)
              .authenticator();
      key = kind.of(Files.readString(keyFile(home)).strip());
      assertThat(authenticator().authenticate(key, HERE) instanceof Authentication.Accepted)
          .isEqualTo(kind == Kind.GOOD || kind == Kind.ADMIN);
    }

    private Authenticator authenticator() {
      return Optional.ofNullable(authenticator).orElseThrow();
    }

    /// Pooled, as in the service.
    private static DataSource dataSource(List<String> target) {
      var dataSource = new DataSource();
      dataSource.setUrl(target.get(0));
      dataSource.setUsername(target.get(1));
      dataSource.setPassword(target.get(2));
      return dataSource;
    }
  }

  /// The digests of keys that are known, with nothing around them.
  @State(Scope.Benchmark)
  public static class Digests {
    private final ConcurrentMap<String, Boolean> known = new ConcurrentHashMap<>();

    /// Has one to be found.
    @Setup
    public void prepare() throws NoSuchAlgorithmException {
      known.put(hash(ADMIN_KEY), true);
    }

    private Boolean known(String key) throws NoSuchAlgorithmException {
      return known.getOrDefault(hash(key), false);
    }

    private static String hash(String key) throws NoSuchAlgorithmException {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8)));
    }
  }
}
