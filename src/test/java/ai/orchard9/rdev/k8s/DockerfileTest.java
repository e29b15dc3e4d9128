package ai.orchard9.rdev.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Whether the image fits the Deployment and the runbooks.
final class DockerfileTest {

  private static final String FILE = StrictModel.text(Path.of("k8s/Dockerfile"));

  @Test
  void hasWhatRunbooksCallInTheContainer() {
    var packages =
        Arrays.asList(first("--no-install-recommends \\\\\\s+([a-z -]+?) \\\\").split(" ", -1));

    assertThat(packages)
        .contains("curl", "dash", "netcat-openbsd", "postgresql-client", "tar", "wget");
  }

  @Test
  void runsAsTheUserOfTheDeployment() {
    var pod = Manifests.base().one(Deployment.class).getSpec().getTemplate().getSpec();
    var context = pod.getSecurityContext();

    assertThat(first("(?m)^USER (.+)$"))
        .isEqualTo(context.getRunAsUser() + ":" + context.getRunAsGroup());
  }

  @Test
  void hasTheDeploymentsShareOfMemory() {
    var container =
        Manifests.base()
            .one(Deployment.class)
            .getSpec()
            .getTemplate()
            .getSpec()
            .getContainers()
            .getFirst();
    var environment =
        ContainerEnvironment.of(
            container, Manifests.base().one(ConfigMap.class), ContainerEnvironment.exampleSecret());

    assertThat(environment)
        .containsEntry("JAVA_TOOL_OPTIONS", first("JAVA_TOOL_OPTIONS=\"(.+)\""))
        .containsEntry("RDEV_HOME", first("(?m)^ +RDEV_HOME=(\\S+) \\\\$"))
        .containsEntry("BIND_HOST", first("(?m)^ENV BIND_HOST=(\\S+) "));
  }

  @Test
  void runsOnTheReleaseThatItIsBuiltWith() {
    var stages =
        Pattern.compile("(?m)^FROM (\\S+)").matcher(FILE).results().map(it -> it.group(1)).toList();

    assertThat(stages)
        .isEqualTo(
            List.of(
                "maven:3.9-eclipse-temurin-25", "eclipse-temurin:25-jre", "runtime", "runtime"));
    assertThat(StrictModel.text(Path.of("pom.xml"))).contains("<java.release>25</java.release>");
  }

  @Test
  void loadsTheAgentOnlyWhenAsked() {
    assertThat(first("(?m)^ENTRYPOINT (.+)$")).doesNotContain("javaagent");
    assertThat(first("JAVA_TOOL_OPTIONS=\"(.+)\"")).doesNotContain("javaagent");
    assertThat(FILE).contains("/agent/opentelemetry-javaagent.jar ./");
    assertThat(StrictModel.text(Path.of("pom.xml")))
        .as("the agent that tests run with")
        .contains(
            "<opentelemetry.agent.version>"
                + first("ARG OPENTELEMETRY_AGENT=(\\S+)")
                + "</opentelemetry.agent.version>");
  }

  private static String first(String pattern) {
    var matcher = Pattern.compile(pattern).matcher(FILE);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
