package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Scope;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The parts of the console, as its navigation shows them. Public only because Thymeleaf reads it.
public enum Area {
  OVERVIEW("Overview", "/console", Optional.empty()),
  PROJECTS("Projects", "/console/projects", Optional.of(Scope.PROJECTS_READ)),
  COMMANDS("Commands", "/console/commands", Optional.of(Scope.PROJECTS_READ)),
  QUEUE("Queue", "/console/queue", Optional.of(Scope.PROJECTS_READ)),
  KEYS("Keys", "/console/keys", Optional.of(Scope.KEYS_READ)),
  WEBHOOKS("Webhooks", "/console/webhooks", Optional.of(Scope.WEBHOOKS_READ)),
  AUDIT("Audit log", "/console/audit", Optional.of(Scope.AUDIT_READ)),
  LIMITS("Limits", "/console/limits", Optional.empty());

  private final String label;
  private final String path;
  private final Optional<Scope> scope;

  Area(String label, String path, Optional<Scope> scope) {
    this.label = label;
    this.path = path;
    this.scope = scope;
  }

  public String getLabel() {
    return label;
  }

  public String getPath() {
    return path;
  }

  /// Those that the caller may look at.
  static List<Area> of(Caller caller) {
    return Arrays.stream(values()).filter(it -> it.scope.map(caller::has).orElse(true)).toList();
  }
}
