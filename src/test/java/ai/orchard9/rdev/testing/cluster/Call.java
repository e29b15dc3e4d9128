package ai.orchard9.rdev.testing.cluster;

/// A request as RBAC sees it, served or refused; empty texts where a part is absent.
public record Call(String verb, String resource, String subresource, String name) {
  /// The resource as a role names it: `pods` or `pods/exec`.
  public String target() {
    return subresource.isEmpty() ? resource : resource + "/" + subresource;
  }
}
