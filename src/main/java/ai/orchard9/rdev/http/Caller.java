package ai.orchard9.rdev.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import java.security.Principal;
import java.time.Instant;
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
/// @param rateLimitRps requests a second that the key may make, up to [#MOST_RPS]; empty: as many
///   as any
/// @param budget of each of the key's claude runs
/// @param deprecatedUntil when the key ends because another has taken its place
public record Caller(
    @Nullable UUID keyId,
    String keyName,
    String keyPrefix,
    Set<Scope> scopes,
    Optional<Set<String>> projects,
    Optional<Set<String>> commandTypes,
    Optional<Integer> rateLimitRps,
    RunBudget budget,
    Optional<Instant> deprecatedUntil)
    implements Principal {

  public Caller {
    scopes = Set.copyOf(scopes);
    projects = projects.map(Set::copyOf);
    commandTypes = commandTypes.map(Set::copyOf);
  }

  /// The most requests a second that a key can be given.
  public static final int MOST_RPS = 10_000;

  static final String ATTRIBUTE = "ai.orchard9.rdev.caller";

  /// One who may do everything, and whose key has no row.
  public static Caller admin(String name, String prefix) {
    return new Caller(
        null,
        name,
        prefix,
        Set.of(Scope.ADMIN),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        RunBudget.NONE,
        Optional.empty());
  }

  /// Whose key came with the request, good or not; empty when nobody's.
  public static Optional<Caller> of(ContainerRequestContext request) {
    return request.getProperty(ATTRIBUTE) instanceof Caller caller
        ? Optional.of(caller)
        : Optional.empty();
  }

  /// The `Deprecation` header (RFC 9745) of every answer to a key that another has replaced: when
  /// it ends.
  Optional<String> deprecation() {
    return deprecatedUntil.map(end -> "@" + end.getEpochSecond());
  }

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
