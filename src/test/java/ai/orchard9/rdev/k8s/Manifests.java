package ai.orchard9.rdev.k8s;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The manifests of `k8s/`, built as `kubectl apply -k` would send them.
public final class Manifests {

  static final Path ROOT = Path.of("k8s");
  static final List<String> OVERLAYS = List.of("dev", "production");
  static final List<String> COMPONENTS = List.of("autoscaling", "monitoring");

  private final String title;
  private final List<Manifest> all;

  private Manifests(String title, List<Manifest> all) {
    this.title = title;
    this.all = all;
  }

  /// All that the service account may do, as `verb resource` or `verb resource/subresource`: `get
  /// pods`, `create pods/exec`. The same in every overlay.
  public static Set<String> role() {
    return base().one(Role.class).getRules().stream()
        .flatMap(
            rule ->
                rule.getVerbs().stream()
                    .flatMap(
                        verb ->
                            rule.getResources().stream().map(resource -> verb + " " + resource)))
        .collect(Collectors.toUnmodifiableSet());
  }

  /// What is common.
  static Manifests base() {
    return new Manifests("base", new Kustomize().build(ROOT.resolve("base"), List.of()));
  }

  /// An overlay, with components that it does not name by itself.
  static Manifests overlay(String name, String... components) {
    return new Manifests(
        name + " " + List.of(components),
        new Kustomize()
            .build(
                ROOT.resolve("overlays").resolve(name),
                Stream.of(components).map(ROOT.resolve("components")::resolve).toList()));
  }

  /// The base, each overlay, and each overlay with everything that can be added.
  static Stream<Manifests> variants() {
    return Stream.concat(
        Stream.of(base()),
        OVERLAYS.stream()
            .flatMap(
                name ->
                    Stream.of(overlay(name), overlay(name, COMPONENTS.toArray(String[]::new)))));
  }

  List<Manifest> all() {
    return all;
  }

  /// The object with the name that nearly all of ours have, `rdev-api…`, in namespace `rdev`.
  <T extends HasMetadata> T one(Class<T> type) {
    var found =
        all.stream()
            .filter(manifest -> type.equals(StrictModel.KINDS.get(key(manifest))))
            .filter(manifest -> manifest.namespace().equals("rdev"))
            .filter(manifest -> manifest.name().startsWith("rdev-api"))
            .toList();
    if (found.size() != 1) {
      throw new AssertionError("one " + type.getSimpleName() + " expected, not " + found);
    }
    return found.getFirst().as(type);
  }

  /// Every object of that kind, in every namespace.
  List<Manifest> ofKind(String kind) {
    return all.stream().filter(manifest -> manifest.kind().equals(kind)).toList();
  }

  static String key(Manifest manifest) {
    return manifest.apiVersion() + " " + manifest.kind();
  }

  @Override
  public String toString() {
    return title;
  }
}
