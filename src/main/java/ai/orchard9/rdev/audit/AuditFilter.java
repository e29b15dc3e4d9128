package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Timestamps;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which rows are asked for; null: whatever it is.
///
/// @param actor id or name of a key, or a kind of actor
/// @param since the first moment
/// @param until the first moment that is too late
public record AuditFilter(
    @Nullable String actor,
    @Nullable String action,
    @Nullable String project,
    @Nullable Outcome outcome,
    @Nullable Instant since,
    @Nullable Instant until) {

  /// The name of the list, in its cursors.
  public static final String LIST = "audit";

  /// Reads what an address asks for; null: whatever it is.
  ///
  /// @throws ApiException.BadRequest an outcome or a time is none
  public static AuditFilter parse(
      @Nullable String actor,
      @Nullable String action,
      @Nullable String project,
      @Nullable String outcome,
      @Nullable String since,
      @Nullable String until) {
    return new AuditFilter(
        actor,
        action,
        project,
        outcome == null ? null : outcome(outcome),
        Timestamps.parse("since", since),
        Timestamps.parse("until", until));
  }

  private static Outcome outcome(String text) {
    return Outcome.find(text)
        .orElseThrow(() -> ApiException.badField("outcome", "must be allowed, denied or failed"));
  }

  /// Which rows those are, as parts of an SQL statement.
  ///
  /// @param terms only what is asked for, so that each question finds its index
  /// @param sources each has an index of its own; their answers are put together
  /// @param parameters what the parameters of both stand for
  record Condition(List<String> terms, List<String> sources, Map<String, Object> parameters) {
    /// @param beyond where they begin
    /// @param ordered in which order, and how many
    String rows(String beyond, String ordered) {
      var where = String.join(" AND ", terms) + " AND " + beyond + " ORDER BY " + ordered;
      var all = sources.stream().map(it -> "(" + it.replace(ROWS, where) + ")").toList();
      return "SELECT * FROM (" + String.join(" UNION ALL ", all) + ") AS found ORDER BY " + ordered;
    }
  }

  /// Every command has one of each. All other actions have an index that these are not in: a
  /// statement that asks for one says so, or PostgreSQL does not know that it may use it. The same
  /// goes for outcomes and kinds of actors.
  private static final Set<String> FREQUENT_ACTIONS =
      Set.of("command.submitted", "command.started", "command.finished");

  private static final String ROWS = "<rows>";
  private static final String ALL = "SELECT * FROM audit_log WHERE " + ROWS;
  private static final String VISIBLE =
      """
      SELECT there.* FROM unnest(:visible) AS seen (project) CROSS JOIN LATERAL (
        SELECT * FROM audit_log WHERE project = seen.project AND <rows>) AS there\
      """;
  private static final String OWN =
      "SELECT * FROM audit_log WHERE project IS NULL AND actor_key_id = :self AND " + ROWS;

  Condition condition(Caller caller) {
    var terms = new ArrayList<>(List.of("true"));
    var parameters = new LinkedHashMap<String, Object>();
    add(terms, parameters, "action = :action", "action", action);
    if (action != null && !FREQUENT_ACTIONS.contains(action)) {
      terms.add("action NOT IN ('command.submitted', 'command.started', 'command.finished')");
    }
    add(terms, parameters, "project = :project", "project", project);
    if (outcome != null) {
      add(terms, parameters, "outcome = :outcome", "outcome", outcome.wire());
      terms.add(outcome == Outcome.ALLOWED ? "true" : "outcome <> 'allowed'");
    }
    add(terms, parameters, "at >= :since", "since", since);
    add(terms, parameters, "at < :until", "until", until);
    if (actor != null) {
      actor(actor, terms, parameters);
    }
    return new Condition(terms, sources(caller, parameters), parameters);
  }

  private static void actor(String actor, List<String> terms, Map<String, Object> parameters) {
    var id = uuid(actor);
    var kind = Actor.Kind.find(actor);
    if (id.isPresent()) {
      add(terms, parameters, "actor_key_id = :actor", "actor", id.get());
    } else if (kind.isPresent()) {
      add(terms, parameters, "actor_kind = :actor", "actor", actor);
      terms.add(isFrequent(kind.get()) ? "true" : "actor_kind NOT IN ('key', 'system')");
    } else {
      add(terms, parameters, "actor_key_name = :actor", "actor", actor);
    }
  }

  /// Who submits commands, and who takes down what became of them.
  private static boolean isFrequent(Actor.Kind kind) {
    return switch (kind) {
      case KEY, SYSTEM -> true;
      case ADMIN_KEY, OPERATOR, COMMAND_LINE -> false;
    };
  }

  /// A key of some projects sees what happened in them, and what it did itself.
  private static List<String> sources(Caller caller, Map<String, Object> parameters) {
    if (caller.projects().isEmpty()) {
      return List.of(ALL);
    }
    parameters.put("visible", caller.projects().get().toArray(String[]::new));
    parameters.put("self", Optional.ofNullable(caller.keyId()).orElse(new UUID(0, 0)));
    return List.of(VISIBLE, OWN);
  }

  private static void add(
      List<String> terms,
      Map<String, Object> parameters,
      String term,
      String name,
      @Nullable Object value) {
    if (value != null) {
      terms.add(term);
      parameters.put(name, value);
    }
  }

  private static Optional<UUID> uuid(String text) {
    try {
      return text.length() == 36 ? Optional.of(UUID.fromString(text)) : Optional.empty();
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }
}
