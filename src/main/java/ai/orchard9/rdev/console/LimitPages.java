package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.AnyScope;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.ratelimit.Limit;
import ai.orchard9.rdev.ratelimit.LimitName;
import ai.orchard9.rdev.ratelimit.Limits;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `/console/limits`: what holds now, and who changed it. It is changed at the admin port.
@Path("/console/limits")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class LimitPages {
  private final Limits limits;

  LimitPages(Limits limits) {
    this.limits = limits;
  }

  /// One limit. Public only because Thymeleaf reads it.
  ///
  /// @param key the prefix of the key that it is about; null: all
  /// @param configured what it is without the change; null for a key
  /// @param changedBy null: it is as it was configured
  /// @param until when it ends by itself; null: not
  public record Row(
      String name,
      String meaning,
      String allowed,
      boolean live,
      @Nullable String key,
      String value,
      @Nullable String configured,
      @Nullable String changedBy,
      @Nullable When changedAt,
      @Nullable When until) {
    static Row of(Limit limit) {
      var change = limit.override();
      return new Row(
          limit.name().wire(),
          meaning(limit.name()),
          limit.name().allowed(),
          limit.name().isLive(),
          limit.key(),
          limit.value(),
          limit.configured(),
          change == null ? null : change.changedBy(),
          change == null ? null : When.of(change.changedAt()),
          change == null ? null : When.ofNullable(change.until()));
    }

    private static String meaning(LimitName name) {
      return switch (name) {
        case RATE_LIMIT_RPS -> "requests a second of a key that has no limit of its own";
        case RATE_LIMIT_WINDOW -> "the time over which they are averaged";
        case CONCURRENT_COMMANDS -> "running commands in one project";
        case MAX_RUNNING_COMMANDS -> "running commands on one server";
        case MAX_STREAMS -> "open streams of events on one server";
        case CACHE_TTL -> "how old the list of projects may be";
      };
    }
  }

  /// All limits. Public only because Thymeleaf reads it.
  ///
  /// @param keys of single keys, as far as the caller is to know
  /// @param all whether these are those of all keys
  public record LimitsPage(List<Row> limits, List<Row> keys, boolean all) {}

  @GET
  @AnyScope
  public View show(@Auth Caller caller) {
    var all = caller.has(Scope.ADMIN) && caller.projects().isEmpty();
    var known = limits.show();
    var page =
        new LimitsPage(
            known.stream().filter(it -> it.key() == null).map(Row::of).toList(),
            known.stream()
                .filter(it -> it.key() != null && (all || it.key().equals(caller.keyPrefix())))
                .map(Row::of)
                .toList(),
            all);
    return new View("limits", "Limits", Area.LIMITS, page);
  }
}
