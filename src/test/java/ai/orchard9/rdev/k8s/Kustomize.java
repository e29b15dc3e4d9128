package ai.orchard9.rdev.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.JsonPatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Builds a folder as `kubectl kustomize` does, as far as our kustomizations go, and remembers the
/// files it needed. A patch that meets nothing is an error here; kustomize is silent about it.
final class Kustomize {

  private final Set<Path> used = new HashSet<>();

  /// Every file that was read.
  Set<Path> used() {
    return Set.copyOf(used);
  }

  /// What the folder gives, and then what further components make of it.
  List<Manifest> build(Path folder, List<Path> components) {
    var built = build(folder);
    for (var component : components) {
      built = apply(component, built);
    }
    return List.copyOf(built);
  }

  private List<Manifest> build(Path folder) {
    return apply(folder, List.of());
  }

  private List<Manifest> apply(Path folder, List<Manifest> before) {
    var kustomization =
        StrictModel.read(one(folder.resolve("kustomization.yaml")), Kustomization.class);
    List<Manifest> manifests = new ArrayList<>(before);
    for (var resource : kustomization.resources()) {
      manifests.addAll(resource(folder.resolve(resource).normalize()));
    }
    for (var generator : kustomization.configMapGenerator()) {
      manifests.add(configMap(folder, generator));
    }
    for (var component : kustomization.components()) {
      manifests = apply(folder.resolve(component).normalize(), manifests);
    }
    for (var patch : kustomization.patches()) {
      patch(manifests, patch, one(folder.resolve(patch.path())));
    }
    for (var image : kustomization.images()) {
      manifests.forEach(manifest -> replace(manifest.tree(), image));
    }
    return manifests;
  }

  private Manifest configMap(Path folder, Kustomization.Generator generator) {
    var tree = JsonNodeFactory.instance.objectNode();
    tree.put("apiVersion", "v1").put("kind", "ConfigMap");
    var metadata = tree.putObject("metadata");
    metadata.put("name", generator.name()).put("namespace", generator.namespace());
    var labels = metadata.putObject("labels");
    generator.options().labels().forEach(labels::put);
    var data = tree.putObject("data");
    for (var entry : generator.files()) {
      var file = folder.resolve(entry.substring(entry.indexOf('=') + 1));
      used.add(file);
      data.put(entry.substring(0, entry.indexOf('=')), StrictModel.text(file));
    }
    return new Manifest(tree);
  }

  private List<Manifest> resource(Path path) {
    if (Files.isDirectory(path)) {
      return build(path);
    }
    return read(path).stream().map(tree -> new Manifest((ObjectNode) tree)).toList();
  }

  private JsonNode one(Path file) {
    var documents = read(file);
    if (documents.size() != 1) {
      throw new IllegalArgumentException(file + " must have one document");
    }
    return documents.getFirst();
  }

  private List<JsonNode> read(Path file) {
    used.add(file);
    return StrictModel.documents(file);
  }

  private static void patch(List<Manifest> manifests, Kustomization.Patch patch, JsonNode steps) {
    var met = manifests.stream().filter(patch.target()::matches).toList();
    if (met.isEmpty()) {
      throw new IllegalArgumentException(patch + " meets nothing");
    }
    manifests.replaceAll(
        manifest ->
            met.contains(manifest)
                ? new Manifest((ObjectNode) JsonPatch.apply(steps, manifest.tree()))
                : manifest);
  }

  private static void replace(JsonNode tree, Kustomization.Image image) {
    tree.findParents("image")
        .forEach(
            parent -> {
              var now = parent.path("image").asText();
              if (now.equals(image.name()) || now.startsWith(image.name() + ":")) {
                ((ObjectNode) parent).put("image", image.newName() + ":" + image.newTag());
              }
            });
  }
}
