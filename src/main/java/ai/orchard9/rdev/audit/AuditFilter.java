package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.http.Caller;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which rows are asked for; null: whatever it is.
///
/// @param actor id or name of a key, or a kind of actor
/// @param since the first moment
/// @param until the first moment that is too late
record AuditFilter(
    @Nullable String actor,
    @Nullable String action,
    @Nullable String project,
    @Nullable Outcome outcome,
    @Nullable Instant since,
    @Nullable Instant until) {

  /// A part of an SQL statement and what its parameters stand for. Only what is asked for is in it,
  /// so that each question finds its index.
  record Condition(String sql, Map<String, Object> parameters) {}

  Condition condition(Caller caller) {
    var terms = new ArrayList<String>();
    var parameters = new LinkedHashMap<String, Object>();
    add(terms, parameters, "action = :action", "action", action);
    add(terms, parameters, "project = :project", "project", project);
    add(
        terms,
        parameters,
        "outcome = :outcome",
        "outcome",
        outcome == null ? null : outcome.wire());
    add(terms, parameters, "at >= :since", "since", since);
    add(terms, parameters, "at < :until", "until", until);
    if (actor != null) {
      actor(actor, terms, parameters);
    }
    visible(caller, terms, parameters);
    return new Condition(terms.isEmpty() ? "true" : String.join(" AND ", terms), parameters);
  }

  private static void actor(String actor, List<String> terms, Map<String, Object> parameters) {
    var id = uuid(actor);
    if (id.isPresent()) {
      add(terms, parameters, "actor_key_id = :actor", "actor", id.get());
    } else if (Actor.Kind.find(actor).isPresent()) {
      add(terms, parameters, "actor_kind = :actor", "actor", actor);
    } else {
      add(terms, parameters, "actor_key_name = :actor", "actor", actor);
    }
  }

  /// A key of some projects sees what happened in them, and what it did itself.
  private static void visible(Caller caller, List<String> terms, Map<String, Object> parameters) {
    if (caller.projects().isEmpty()) {
      return;
    }
    terms.add("(project = ANY(:visible) OR (project IS NULL AND actor_key_id = :self))");
    parameters.put("visible", caller.projects().get().toArray(String[]::new));
    parameters.put("self", Optional.ofNullable(caller.keyId()).orElse(new UUID(0, 0)));
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
