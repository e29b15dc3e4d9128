package ai.orchard9.rdev.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class RunBudgetTest {
  @Test
  void bothHold() {
    var asked = new RunBudget(5, null, 0.5);
    var allowed = new RunBudget(9, 100L, 0.25);

    assertThat(asked.and(allowed)).isEqualTo(new RunBudget(5, 100L, 0.25));
    assertThat(allowed.and(asked)).isEqualTo(asked.and(allowed));
    assertThat(RunBudget.NONE.and(asked)).isEqualTo(asked);
  }

  @Test
  void whatItAllowsIsNotTooMuch() {
    var budget = new RunBudget(5, 100L, 0.5);

    assertThat(budget.exceededBy(5, 100L, 0.5)).isEmpty();
    assertThat(budget.exceededBy(null, null, null)).isEmpty();
    assertThat(budget.exceededBy(6, null, null)).contains("max_turns");
    assertThat(budget.exceededBy(5, 101L, null)).contains("max_tokens");
    assertThat(budget.exceededBy(5, 100L, 0.51)).contains("max_cost_usd");
    assertThat(RunBudget.NONE.exceededBy(6, 101L, 0.51)).isEmpty();
  }
}
