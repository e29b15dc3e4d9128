package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.EnvironmentRules;
import ai.orchard9.rdev.RdevConfiguration;
import ai.orchard9.rdev.config.EnvironmentRule;
import ai.orchard9.rdev.config.EnvironmentSource;
import ai.orchard9.rdev.testing.cluster.FakeCluster;
import io.dropwizard.configuration.DefaultConfigurationFactoryFactory;
import io.dropwizard.configuration.FileConfigurationSourceProvider;
import io.dropwizard.jackson.Jackson;
import io.dropwizard.jersey.validation.Validators;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// How rdev-api runs: rolled without a gap, in its limits, without privileges, with an environment
/// that the server takes.
final class WorkloadTest {

  /// Names that the wire contract fixes (section 12); `config.yml` has more of them each month.
  private static final Set<String> CONTRACT =
      Set.of(
          ("DB_HOST DB_PORT DB_NAME DB_USER DB_PASSWORD RDEV_ADMIN_KEY RDEV_NAMESPACE"
                  + " RATE_LIMIT_RPS RATE_LIMIT_WINDOW CONCURRENT_COMMANDS MAX_RUNNING_COMMANDS"
                  + " MAX_STREAMS CACHE_TTL OUTPUT_LIMIT_BYTES TRUSTED_PROXIES"
                  + " WEBHOOK_ALLOWED_TARGETS CLAUDE_COMMAND CLAUDE_ENV_ALLOW CLAUDE_RESULT_GRACE"
                  + " CLAUDE_STALL_TIMEOUT AGING RETENTION COMMAND_RETENTION WEBHOOK_IN_FLIGHT"
                  + " WEBHOOK_SECRET_KEY DATABASE_URL AUDIT_HMAC_KEY RDEV_SPOOL RDEV_WORKSPACES"
                  + " BIND_HOST MIGRATE_ON_START RDEV_BACKEND RDEV_HOME PORT ADMIN_PORT")
              .split(" ", -1));

  /// Read by the JVM and by psql.
  private static final Set<String> OTHERS =
      Set.of("JAVA_TOOL_OPTIONS", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD");

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void replacesOneReplicaAfterTheOther(Manifests manifests) {
    var deployment = manifests.one(Deployment.class).getSpec();

    assertThat(deployment.getStrategy().getType()).isEqualTo("RollingUpdate");
    var rolling = deployment.getStrategy().getRollingUpdate();
    assertThat(rolling.getMaxUnavailable().getValue()).isEqualTo(0);
    assertThat(rolling.getMaxSurge().getValue()).isEqualTo(1);
    assertThat(deployment.getTemplate().getSpec().getTopologySpreadConstraints())
        .extracting(spread -> spread.getTopologyKey())
        .containsExactly("kubernetes.io/hostname", "topology.kubernetes.io/zone");
  }

  @Test
  void runsTwiceUnlessAnAutoscalerDecides() {
    assertThat(Manifests.base().one(Deployment.class).getSpec().getReplicas()).isEqualTo(2);
    assertThat(Manifests.overlay("production").one(Deployment.class).getSpec().getReplicas())
        .isEqualTo(2);
    assertThat(
            Manifests.overlay("production", "autoscaling")
                .ofKind("Deployment")
                .getFirst()
                .tree()
                .path("spec")
                .has("replicas"))
        .isFalse();
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void drainsBeforeItIsKilled(Manifests manifests) {
    var pod = pod(manifests);
    var preStop = container(manifests).getLifecycle().getPreStop().getExec().getCommand();

    assertThat(preStop).containsExactly("sleep", "5");
    // The pause, a second for streams, five for the hand-over, ten for open requests.
    assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThanOrEqualTo(5 + 1 + 5 + 10 + 5);
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void asksForWhatIsServed(Manifests manifests) {
    var container = container(manifests);

    assertThat(
            List.of(
                container.getStartupProbe(),
                container.getLivenessProbe(),
                container.getReadinessProbe()))
        .extracting(probe -> probe.getHttpGet().getPath())
        .containsExactly("/health", "/health", "/ready")
        .allSatisfy(path -> assertThat(ServedPaths.all()).contains(path));
    assertThat(
            List.of(
                container.getStartupProbe(),
                container.getLivenessProbe(),
                container.getReadinessProbe()))
        .allSatisfy(
            probe -> {
              assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
              // Readiness may take a second.
              assertThat(probe.getTimeoutSeconds()).isGreaterThan(1);
            });
    assertThat(container.getPorts())
        .singleElement()
        .satisfies(
            port -> {
              assertThat(port.getName()).isEqualTo("http");
              assertThat(port.getContainerPort()).isEqualTo(8080);
            });
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void asksForNoMoreThanItMayHave(Manifests manifests) {
    var resources = container(manifests).getResources();

    assertThat(resources.getRequests())
        .isEqualTo(Map.of("cpu", new Quantity("500m"), "memory", new Quantity("512Mi")));
    assertThat(resources.getLimits()).isEqualTo(resources.getRequests());
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void hasNoPrivileges(Manifests manifests) {
    var pod = pod(manifests);
    var container = container(manifests).getSecurityContext();

    assertThat(pod.getServiceAccountName()).isEqualTo("rdev-api");
    assertThat(pod.getAutomountServiceAccountToken()).isTrue();
    assertThat(pod.getEnableServiceLinks()).isFalse();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(10001L);
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(container.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(container.getRunAsNonRoot()).isTrue();
    assertThat(container.getPrivileged()).isFalse();
    assertThat(container.getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container.getCapabilities().getAdd()).isEmpty();
    assertThat(List.of(pod.getHostNetwork() == null, pod.getHostPID() == null)).containsOnly(true);
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void writesOnlyWhereItMay(Manifests manifests) {
    var pod = pod(manifests);
    var environment = environment(manifests);

    assertThat(container(manifests).getVolumeMounts())
        .extracting(VolumeMount::getMountPath)
        .containsExactlyInAnyOrder(environment.get("RDEV_HOME"), "/tmp");
    assertThat(pod.getVolumes())
        .allSatisfy(volume -> assertThat(volume.getEmptyDir().getSizeLimit()).isNotNull())
        .extracting(volume -> volume.getName())
        .containsExactlyInAnyOrderElementsOf(
            container(manifests).getVolumeMounts().stream().map(VolumeMount::getName).toList());
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void setsOnlyWhatSomebodyReads(Manifests manifests) {
    var file = StrictModel.text(Path.of("config.yml"));
    var known =
        Pattern.compile("\\$\\{([A-Z_]+):-")
            .matcher(file)
            .results()
            .map((MatchResult match) -> match.group(1))
            .collect(Collectors.toSet());
    known.addAll(CONTRACT);
    known.addAll(OTHERS);

    assertThat(known).containsAll(environment(manifests).keySet());
  }

  @ParameterizedTest
  @MethodSource("ai.orchard9.rdev.k8s.Manifests#variants")
  void setsNothingThatTheServerRefuses(Manifests manifests) throws Exception {
    var environment = environment(manifests);

    assertThat(EnvironmentRule.complaints(EnvironmentRules.all(), environment)).isEmpty();
    var configuration = configuration(environment);
    assertThat(configuration.getRuntime().backend()).isEqualTo("kubernetes");
    assertThat(configuration.getDatabase().external())
        .get()
        .satisfies(
            target -> {
              assertThat(target.jdbcUrl())
                  .isEqualTo("jdbc:postgresql://postgres.databases.svc:5432/rdev");
              assertThat(target.user()).isEqualTo("rdev");
              assertThat(target.password().value()).isEqualTo("change-me");
            });
    assertThat(configuration.adminKey()).isEmpty();
  }

  @Test
  void needsTwoKeysOfOneSecretOnly() {
    var needed =
        container(Manifests.base()).getEnv().stream()
            .map(EnvVar::getValueFrom)
            .filter(source -> source != null && source.getSecretKeyRef() != null)
            .map(source -> source.getSecretKeyRef())
            .filter(key -> !Boolean.TRUE.equals(key.getOptional()))
            .map(key -> key.getName() + "/" + key.getKey())
            .collect(Collectors.toSet());

    assertThat(needed)
        .containsExactlyInAnyOrder(
            "rdev-api-secrets/postgres-password", "rdev-api-secrets/webhook-secret-key");
  }

  @Test
  void showsASecretThatOpensNothing() {
    var secret = ContainerEnvironment.exampleSecret();

    assertThat(secret.getMetadata().getNamespace()).isEqualTo("rdev");
    assertThat(secret.getData()).isEmpty();
    assertThat(Set.copyOf(secret.getStringData().values()))
        .containsExactlyInAnyOrder("change-me", "");
    assertThat(secret.getStringData().get("postgres-password")).isEqualTo("change-me");
  }

  @Test
  void givesPsqlTheServersDatabase() {
    var environment = environment(Manifests.base());

    assertThat(environment)
        .containsEntry("PGHOST", "postgres.databases.svc")
        .containsEntry("PGPORT", "5432")
        .containsEntry("PGDATABASE", "rdev")
        .containsEntry("PGUSER", "rdev")
        .containsEntry("PGPASSWORD", environment.getOrDefault("DB_PASSWORD", ""));
  }

  private static PodSpec pod(Manifests manifests) {
    return manifests.one(Deployment.class).getSpec().getTemplate().getSpec();
  }

  private static Container container(Manifests manifests) {
    assertThat(pod(manifests).getContainers())
        .extracting(Container::getName)
        .containsExactly("rdev-api");
    return pod(manifests).getContainers().getFirst();
  }

  private static Map<String, String> environment(Manifests manifests) {
    Secret secret = ContainerEnvironment.exampleSecret();
    // Needed, so the example leaves it to who copies it.
    secret.getStringData().put("webhook-secret-key", FakeCluster.WEBHOOK_SECRET_KEY);
    return ContainerEnvironment.of(container(manifests), manifests.one(ConfigMap.class), secret);
  }

  private static RdevConfiguration configuration(Map<String, String> environment) throws Exception {
    return new DefaultConfigurationFactoryFactory<RdevConfiguration>()
        .create(RdevConfiguration.class, Validators.newValidator(), Jackson.newObjectMapper(), "dw")
        .build(
            EnvironmentSource.over(new FileConfigurationSourceProvider(), environment),
            "config.yml");
  }
}
