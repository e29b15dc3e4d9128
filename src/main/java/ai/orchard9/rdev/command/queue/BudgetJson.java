package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.http.RunBudget;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/// A budget as the table keeps it.
public final class BudgetJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private BudgetJson() {}

  /// What [#read] reads.
  public static String write(RunBudget budget) {
    return JSON.valueToTree(budget).toString();
  }

  static RunBudget read(@Nullable String json) {
    try {
      return json == null ? RunBudget.NONE : JSON.readValue(json, RunBudget.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("unreadable budget in the table", e);
    }
  }
}
