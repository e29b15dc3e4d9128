package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.http.AddressRange;
import ai.orchard9.rdev.http.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a key can do, to be compared with what it wants to give. Null is: not limited.
///
/// `admin` implies every scope and lifts no other limit: an admin key of one project gives keys of
/// that project only.
record Powers(
    Set<String> scopes,
    @Nullable Set<String> projects,
    @Nullable Set<String> commandTypes,
    @Nullable List<AddressRange> addresses,
    @Nullable Instant expiresAt,
    @Nullable Integer rateLimitRps,
    @Nullable Integer maxTurns,
    @Nullable Long maxTokens,
    @Nullable Double maxCostUsd) {

  /// Of those who need no row: `RDEV_ADMIN_KEY`, the command line, operators.
  static final Powers ALL =
      new Powers(Set.of(Scope.ADMIN.wireName()), null, null, null, null, null, null, null, null);

  static Powers of(ApiKey key) {
    return new Powers(
        Set.copyOf(key.scopes()),
        set(key.projectIds()),
        set(key.commandTypes()),
        ranges(key.allowedIps()),
        key.expiresAt(),
        key.rateLimitRps(),
        key.maxTurns(),
        key.maxTokens(),
        key.maxCostUsd());
  }

  /// @param now by the database's clock
  static Powers of(NewKey key, Instant now) {
    return new Powers(
        Set.copyOf(key.scopes()),
        set(key.projectIds()),
        set(key.commandTypes()),
        ranges(key.allowedIps()),
        key.expiresAt(now),
        key.rateLimitRps(),
        key.maxTurns(),
        key.maxTokens(),
        key.maxCostUsd());
  }

  boolean isAdmin() {
    return scopes.contains(Scope.ADMIN.wireName());
  }

  /// The fields in which these do not suffice to give (or take away) the wanted ones. Empty: they
  /// do.
  ///
  /// @param defaultRps what a key without a limit of its own may make of requests a second: it
  ///   cannot give more, unless it is an admin's
  List<String> lacking(Powers wanted, int defaultRps) {
    var fields = new ArrayList<String>();
    check("scopes", hasAll(wanted.scopes), fields);
    check("project_ids", hasAll(projects, wanted.projects), fields);
    check("command_types", hasAll(commandTypes, wanted.commandTypes), fields);
    check("allowed_ips", reachesAll(wanted.addresses), fields);
    check("expires_in", isWithin(expiresAt, wanted.expiresAt), fields);
    check("rate_limit_rps", isWithinRate(wanted.rateLimitRps, defaultRps), fields);
    check("max_turns", isWithin(maxTurns, wanted.maxTurns), fields);
    check("max_tokens", isWithin(maxTokens, wanted.maxTokens), fields);
    check("max_cost_usd", isWithin(maxCostUsd, wanted.maxCostUsd), fields);
    return fields;
  }

  /// Whether a key limited as `shown` may be seen. Projects hide keys, for the names of others'
  /// projects are nobody's business; scopes and limits do not, so that a key with `keys:read` can
  /// watch over all.
  boolean maySee(ApiKey shown) {
    return hasAll(projects, set(shown.projectIds()));
  }

  private static void check(String field, boolean suffices, List<String> lacking) {
    if (!suffices) {
      lacking.add(field);
    }
  }

  private boolean hasAll(Set<String> wanted) {
    var held = EnumSet.noneOf(Scope.class);
    scopes.forEach(name -> Scope.find(name).ifPresent(held::add));
    // One that only a newer version knows is for admins to give.
    return wanted.stream().allMatch(name -> Scope.find(name).orElse(Scope.ADMIN).isGrantedBy(held));
  }

  private static boolean hasAll(@Nullable Set<String> own, @Nullable Set<String> wanted) {
    return own == null || (wanted != null && own.containsAll(wanted));
  }

  /// Each range must lie in one of ours; that several of ours cover it together is not seen.
  private boolean reachesAll(@Nullable List<AddressRange> wanted) {
    var own = addresses;
    return own == null
        || (wanted != null
            && wanted.stream().allMatch(it -> own.stream().anyMatch(mine -> mine.contains(it))));
  }

  private boolean isWithinRate(@Nullable Integer wanted, int defaultRps) {
    if (rateLimitRps == null && !isAdmin()) {
      return wanted == null || wanted <= defaultRps;
    }
    return isWithin(rateLimitRps, wanted);
  }

  private static <T extends Comparable<T>> boolean isWithin(@Nullable T own, @Nullable T wanted) {
    return own == null || (wanted != null && wanted.compareTo(own) <= 0);
  }

  private static @Nullable Set<String> set(@Nullable Collection<String> values) {
    return values == null ? null : Set.copyOf(values);
  }

  private static @Nullable List<AddressRange> ranges(@Nullable List<String> texts) {
    return Optional.ofNullable(texts)
        .map(it -> it.stream().map(AddressRange::parse).toList())
        .orElse(null);
  }
}
