package ai.orchard9.rdev.testing;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.database.DatabaseTarget;
import ai.orchard9.rdev.database.Jdbis;
import ai.orchard9.rdev.database.Pools;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.Method;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;

/// The plans by which the statements of a connection ran, and those of their triggers, as
/// `auto_explain` tells them.
public final class Plans implements StatementCustomizer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MARK = "plan:\n";

  private final Map<String, String> names = new HashMap<>();
  private final List<Plan> plans = new ArrayList<>();
  private final Set<Method> methods = new HashSet<>();

  /// How one statement ran.
  ///
  /// @param statement the method of its Dao, or its text
  public record Plan(String statement, JsonNode root) {
    /// All steps that read or write a table.
    public List<JsonNode> steps() {
      var found = new ArrayList<JsonNode>();
      collect(root, found);
      return found;
    }

    /// Pages of 8 KB that were looked at.
    public long pages() {
      return root.path("Shared Hit Blocks").asLong() + root.path("Shared Read Blocks").asLong();
    }

    /// Rows that a step looked at, whatever it made of them.
    public static double read(JsonNode step) {
      return step.path("Actual Loops").asDouble()
          * (step.path("Actual Rows").asDouble() + step.path("Rows Removed by Filter").asDouble());
    }

    /// A step in words.
    public static String describe(JsonNode step) {
      return "%s on %s by %s, %.0f rows"
          .formatted(
              step.path("Node Type").asText(),
              step.path("Relation Name").asText(),
              step.path("Index Name").asText(),
              read(step));
    }

    private static void collect(JsonNode node, List<JsonNode> found) {
      if (node.has("Relation Name") || node.path("Disabled").asBoolean()) {
        found.add(node);
      }
      node.path("Plans").forEach(it -> collect(it, found));
    }
  }

  /// The chosen steps of these, in words.
  public static List<String> describe(List<Plan> plans, Predicate<JsonNode> chosen) {
    return plans.stream()
        .flatMap(
            plan ->
                plan.steps().stream()
                    .filter(chosen)
                    .map(it -> plan.statement() + ": " + Plan.describe(it)))
        .toList();
  }

  /// The steps that read one of these tables whole, or by an index only in part.
  public static List<String> readWhole(List<Plan> plans, List<String> tables) {
    return describe(
        plans,
        it ->
            tables.contains(it.path("Relation Name").asText())
                && (it.path("Node Type").asText().matches("Seq Scan|Bitmap Heap Scan")
                    || it.path("Disabled").asBoolean()));
  }

  /// All statements of a room.
  public interface Everything {
    /// Runs each.
    void run();

    /// The methods of Daos that this calls, of what can be counted.
    List<Method> methods();
  }

  /// The plans of everything, run at last, on a connection that did something before.
  ///
  /// @param mode PostgreSQL's `plan_cache_mode`
  public static List<Plan> of(
      DatabaseTarget target,
      String mode,
      Function<Jdbi, Everything> room,
      Consumer<Everything> before)
      throws Exception {
    return telling(
        target,
        (jdbi, plans) -> {
          jdbi.useHandle(handle -> handle.execute("SET plan_cache_mode = " + mode));
          var everything = room.apply(jdbi);
          before.accept(everything);
          plans.take();
          everything.run();
          assertThat(plans.methods).containsAll(everything.methods());
          return plans.take();
        });
  }

  /// Has no statistics of these tables be made meanwhile.
  public static void keepStatistics(Jdbi jdbi, List<String> tables) {
    jdbi.useHandle(
        handle ->
            tables.forEach(
                it -> handle.execute("ALTER TABLE " + it + " SET (autovacuum_enabled = off)")));
  }

  /// Runs something over one connection that tells its plans.
  public static <T> T telling(DatabaseTarget target, BiFunction<Jdbi, Plans, T> work)
      throws Exception {
    var pool = Pools.single(target);
    try {
      var jdbi = Jdbis.over(pool);
      var plans = new Plans();
      jdbi.getConfig(SqlStatements.class).addCustomizer(plans);
      jdbi.useHandle(Plans::tell);
      return work.apply(jdbi, plans);
    } finally {
      pool.stop();
    }
  }

  private static void tell(Handle handle) {
    handle.execute(
        """
        LOAD 'auto_explain';
        SET auto_explain.log_min_duration = 0;
        SET auto_explain.log_nested_statements = on;
        SET auto_explain.log_format = json;
        SET auto_explain.log_analyze = on;
        SET auto_explain.log_timing = off;
        SET auto_explain.log_buffers = on;
        SET client_min_messages = log
        """);
  }

  @Override
  public void afterExecution(PreparedStatement done, StatementContext context) throws SQLException {
    var called = context.getExtensionMethod();
    if (called != null) {
      methods.add(called.getMethod());
      names.put(
          comparable(context.getParsedSql().getSql()),
          called.getType().getSimpleName() + '.' + called.getMethod().getName());
    }
    for (var it = done.getWarnings(); it != null; it = it.getNextWarning()) {
      var text = Objects.requireNonNullElse(it.getMessage(), "").split(MARK, 2);
      if (text.length == 2) {
        read(text[1]);
      }
    }
  }

  /// In a transaction the plan of a query is told when the next statement closes it.
  private void read(String text) {
    try {
      var told = JSON.readTree(text);
      var sql = told.path("Query Text").asText();
      plans.add(new Plan(names.getOrDefault(comparable(sql), sql), told.path("Plan")));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(text, e);
    }
  }

  /// The driver numbers the parameters.
  private static String comparable(String sql) {
    return sql.replaceAll("\\$\\d+", "?").strip();
  }

  /// What was told since the last call.
  public List<Plan> take() {
    var taken = List.copyOf(plans);
    plans.clear();
    return taken;
  }

  /// The methods of Daos that ran.
  public Set<Method> methods() {
    return methods;
  }
}
