package ai.orchard9.rdev.k8s;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A `kustomization.yaml`, as far as ours go; anything else in it is refused.
///
/// @param resources files, and folders with a kustomization of their own
/// @param components folders that change what is there
/// @param configMapGenerator ConfigMaps made of files
/// @param patches files of JSON patches (RFC 6902) and what they are for
record Kustomization(
    String apiVersion,
    String kind,
    List<String> resources,
    List<String> components,
    List<Generator> configMapGenerator,
    List<Patch> patches,
    List<Image> images) {

  /// A ConfigMap made of files.
  ///
  /// @param files `key=path`
  record Generator(String name, String namespace, List<String> files, Options options) {
    Generator {
      if (!options.disableNameSuffixHash()) {
        throw new IllegalArgumentException("a name that changes with its content: " + name);
      }
    }
  }

  /// How it is made.
  record Options(boolean disableNameSuffixHash, Map<String, String> labels) {}

  /// A JSON patch.
  record Patch(String path, Target target) {}

  /// What a patch is for.
  record Target(@Nullable String group, String version, String kind, String name) {

    boolean matches(Manifest manifest) {
      var apiVersion = group == null ? version : group + "/" + version;
      return manifest.apiVersion().equals(apiVersion)
          && manifest.kind().equals(kind)
          && manifest.name().equals(name);
    }
  }

  /// Another image for those of that name.
  record Image(String name, String newName, String newTag) {}

  private static final Map<String, String> KINDS =
      Map.of(
          "Kustomization", "kustomize.config.k8s.io/v1beta1",
          "Component", "kustomize.config.k8s.io/v1alpha1");

  Kustomization {
    if (!apiVersion.equals(KINDS.get(kind))) {
      throw new IllegalArgumentException("no kustomization: " + apiVersion + " " + kind);
    }
    resources = orEmpty(resources);
    components = orEmpty(components);
    configMapGenerator = orEmpty(configMapGenerator);
    patches = orEmpty(patches);
    images = orEmpty(images);
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }
}
