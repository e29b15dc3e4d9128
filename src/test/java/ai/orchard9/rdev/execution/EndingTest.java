package ai.orchard9.rdev.execution;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.agent.AgentRun;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.execution.Ending.Failure;
import ai.orchard9.rdev.execution.spool.ExitRecord;
import ai.orchard9.rdev.execution.spool.KillReceipt;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndingTest {
  @ParameterizedTest
  @CsvSource({
    "0, COMPLETED,, ",
    "7, FAILED, EXIT_NONZERO,",
    "128, FAILED, EXIT_NONZERO,",
    "137, FAILED, SIGNALLED, KILL",
    "143, FAILED, SIGNALLED, TERM",
    "255, FAILED, EXIT_NONZERO,"
  })
  void tellsAnExitByItsStatus(
      int exit, CommandStatus status, @Nullable String code, @Nullable String signal) {
    var result = new Ending(exited(exit), null, null, null, AgentEnd.NONE).result();

    assertThat(result.status()).isEqualTo(status);
    assertThat(result.errorCode()).isEqualTo(code);
    assertThat(result.signal()).isEqualTo(signal);
    assertThat(result.exitCode()).isEqualTo(exit);
  }

  @ParameterizedTest
  @CsvSource({
    "cancel, CANCELLED,",
    "timeout, FAILED, TIMEOUT",
    "watchdog, FAILED, TIMEOUT",
    "output_limit, FAILED, OUTPUT_LIMIT"
  })
  void tellsAKillByItsReason(String reason, CommandStatus status, @Nullable String code) {
    var receipt = new KillReceipt(reason, List.of("TERM"), 1, List.of());

    var result = new Ending(exited(143), receipt, null, null, AgentEnd.NONE).result();

    assertThat(result.status()).isEqualTo(status);
    assertThat(result.errorCode()).isEqualTo(code);
    assertThat(result.killReceipt())
        .hasToString(
            "{\"reason\":\"" + reason + "\",\"signals\":[\"TERM\"],\"killed\":1,\"survivors\":[]}");
  }

  @Test
  void neverMakesUpAnExitCode() {
    var result = Ending.failed(Failure.unknown("gone"), null).result();

    assertThat(result.status()).isEqualTo(CommandStatus.FAILED);
    assertThat(result.exitCode()).isNull();
    assertThat(result.errorCode()).isEqualTo("OUTCOME_UNKNOWN");
  }

  @Test
  void lostOutputFailsACommandThatExitedWithZero() {
    var result =
        new Ending(new ExitRecord(0, true, true, 0, false), null, null, null, AgentEnd.NONE)
            .result();

    assertThat(result.errorCode()).isEqualTo("OUTPUT_LOST");
    assertThat(result.exitCode()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    // What it told, what killed it, how it exited; how it ends.
    "success,, 0, COMPLETED,",
    "success,, 3, COMPLETED,",
    "success, agent_result, 143, COMPLETED,",
    "success, cancel, 143, CANCELLED,",
    "success, output_limit, 143, FAILED, OUTPUT_LIMIT",
    "success, timeout, 143, FAILED, TIMEOUT",
    "success, agent_result,, COMPLETED,",
    "success,,, COMPLETED,",
    "error_during_execution,, 0, COMPLETED,",
    "error_during_execution,, 1, FAILED, EXIT_NONZERO",
    "error_during_execution,,, FAILED, OUTCOME_UNKNOWN",
    "error_during_execution, agent_result, 143, FAILED, EXIT_NONZERO",
    ",, 0, COMPLETED,",
    ",, 143, FAILED, SIGNALLED",
    ",,, FAILED, OUTCOME_UNKNOWN",
  })
  void theResultOfAnAgentCounts(
      @Nullable String subtype,
      @Nullable String killed,
      @Nullable Integer exit,
      CommandStatus status,
      @Nullable String code) {
    var run =
        new AgentRun(null, null, 1, null, null, null, null, subtype, "success".equals(subtype));
    var receipt = killed == null ? null : new KillReceipt(killed, List.of("TERM"), 1, List.of());

    var result =
        new Ending(exit == null ? null : exited(exit), receipt, null, null, new AgentEnd(run, null))
            .result();

    assertThat(result.status()).isEqualTo(status);
    assertThat(result.errorCode()).isEqualTo(code);
    assertThat(result.exitCode()).isEqualTo(exit);
    assertThat(result.agent()).isEqualTo(run.json());
  }

  @ParameterizedTest
  @CsvSource({"budget, 143", "agent_result, 143", ", 0"})
  void aBudgetIsExceededWhoeverWasFaster(@Nullable String killed, int exit) {
    var receipt = killed == null ? null : new KillReceipt(killed, List.of("TERM"), 1, List.of());
    var agent = new AgentEnd(AgentRun.UNKNOWN, "max_tokens");

    var result = new Ending(exited(exit), receipt, null, null, agent).result();

    assertThat(result.errorCode()).isEqualTo("BUDGET_EXCEEDED");
    assertThat(result.errorMessage()).contains("max_tokens");
  }

  private static ExitRecord exited(int exit) {
    return new ExitRecord(exit, true, false, 0, false);
  }
}
