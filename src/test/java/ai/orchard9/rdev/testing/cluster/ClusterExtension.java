package ai.orchard9.rdev.testing.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Hands a test class's constructor a [FakeCluster] of its own, and a client of it to who wants
/// one: to each test, or once to all of a class that lives as long as they
/// (`@TestInstance(PER_CLASS)`). Where no cluster can be made, the tests are skipped.
public final class ClusterExtension implements ExecutionCondition, ParameterResolver {
  private static final Namespace STORE = Namespace.create(ClusterExtension.class);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return FakeCluster.isSupported()
        ? ConditionEvaluationResult.enabled("a cluster can be made")
        : ConditionEvaluationResult.disabled("no namespaces can be made here");
  }

  @Override
  public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
    return ExtensionContextScope.TEST_METHOD;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    var type = parameter.getParameter().getType();
    return type == FakeCluster.class || type == KubernetesClient.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    var store = context.getStore(STORE);
    return parameter.getParameter().getType() == FakeCluster.class
        ? cluster(store)
        : store.getOrComputeIfAbsent(
                "client", _ -> new Client(connect(cluster(store))), Client.class)
            .client;
  }

  private static FakeCluster cluster(Store store) {
    return store.getOrComputeIfAbsent(
            "cluster", _ -> new Cluster(FakeCluster.start()), Cluster.class)
        .cluster;
  }

  private static KubernetesClient connect(FakeCluster cluster) {
    return new KubernetesClientBuilder()
        .withConfig(Config.fromKubeconfig(cluster.kubeconfig().toFile()))
        .build();
  }

  /// Closed with the test or the class, the client before the cluster.
  private record Cluster(FakeCluster cluster) implements AutoCloseable {
    @Override
    public void close() {
      cluster.close();
    }
  }

  private record Client(KubernetesClient client) implements AutoCloseable {
    @Override
    public void close() {
      client.close();
    }
  }
}
