package ai.orchard9.rdev.http;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/// What a key may do. `admin` implies all, `projects:execute` implies `projects:read`.
public enum Scope {
  PROJECTS_READ("projects:read"),
  PROJECTS_EXECUTE("projects:execute"),
  KEYS_READ("keys:read"),
  KEYS_WRITE("keys:write"),
  WEBHOOKS_READ("webhooks:read"),
  WEBHOOKS_WRITE("webhooks:write"),
  AUDIT_READ("audit:read"),
  ADMIN("admin");

  private final String wireName;

  Scope(String wireName) {
    this.wireName = wireName;
  }

  /// As in JSON and in the database.
  @JsonValue
  public String wireName() {
    return wireName;
  }

  /// The scope of that name on the wire.
  public static Optional<Scope> find(String wireName) {
    return Arrays.stream(values()).filter(scope -> scope.wireName.equals(wireName)).findFirst();
  }

  /// Whether a key holding `held` may do what this scope allows.
  public boolean isGrantedBy(Set<Scope> held) {
    return held.contains(this)
        || held.contains(ADMIN)
        || (this == PROJECTS_READ && held.contains(PROJECTS_EXECUTE));
  }

  @Override
  public String toString() {
    return wireName;
  }
}
