package ai.orchard9.rdev.testing.cluster;

/// The file that tells clients where the API server is and who they are.
final class Kubeconfig {
  private Kubeconfig() {}

  static String text(String url, String namespace, String token) {
    return """
    apiVersion: v1
    kind: Config
    current-context: fake
    clusters:
      - name: fake
        cluster:
          server: %s
    contexts:
      - name: fake
        context:
          cluster: fake
          namespace: %s
          user: rdev-api
    users:
      - name: rdev-api
        user:
          token: %s
    """
        .formatted(url, namespace, token);
  }
}
