package ai.orchard9.rdev.k8s;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;

/// One object as it is sent to the API server.
record Manifest(ObjectNode tree) {

  String apiVersion() {
    return tree.path("apiVersion").asText();
  }

  String kind() {
    return tree.path("kind").asText();
  }

  String name() {
    return tree.path("metadata").path("name").asText();
  }

  String namespace() {
    return tree.path("metadata").path("namespace").asText();
  }

  /// As `kubectl` names it.
  String id() {
    return namespace() + "/" + kind() + "/" + name();
  }

  /// The model's object; fails for any field or type that the model does not have.
  <T extends HasMetadata> T as(Class<T> type) {
    return StrictModel.read(tree, type);
  }
}
