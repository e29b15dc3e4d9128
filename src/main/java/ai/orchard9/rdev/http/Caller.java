package ai.orchard9.rdev.http;

import java.security.Principal;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Who calls: the key that was presented. Resources take it as `@Auth Caller caller`.
///
/// @param keyId null for the key of `RDEV_ADMIN_KEY`, which has no row
/// @param keyPrefix the 8 characters that tell keys apart in logs
/// @param projects ids that the key is limited to; empty `Optional`: every project
/// @param commandTypes types that the key is limited to; empty `Optional`: every type
public record Caller(
    @Nullable UUID keyId,
    String keyName,
    String keyPrefix,
    Set<Scope> scopes,
    Optional<Set<String>> projects,
    Optional<Set<String>> commandTypes)
    implements Principal {

  public Caller {
    scopes = Set.copyOf(scopes);
    projects = projects.map(Set::copyOf);
    commandTypes = commandTypes.map(Set::copyOf);
  }

  static final String ATTRIBUTE = "ai.orchard9.rdev.caller";

  /// The name of the key.
  @Override
  public String getName() {
    return keyName;
  }

  /// Whether the key holds the scope, or one that implies it.
  public boolean has(Scope scope) {
    return scope.isGrantedBy(scopes);
  }

  /// Whether the key may see and use the project. To others it is as if there were none: 404.
  public boolean mayUse(String project) {
    return projects.isEmpty() || projects.get().contains(project);
  }

  /// Whether the key may run commands of the type (`shell`, `git`, `claude`).
  public boolean mayRun(String commandType) {
    return commandTypes.isEmpty() || commandTypes.get().contains(commandType);
  }
}
