package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.agent.AgentRun;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.output.OutputHashes;
import ai.orchard9.rdev.command.queue.Result;
import ai.orchard9.rdev.execution.spool.ExitRecord;
import ai.orchard9.rdev.execution.spool.KillReceipt;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is known of an end, and the result that follows from it. Exit 0 is never made up: without
/// an exit record there is no exit code.
///
/// @param exit what the supervisor saw; null: nobody saw its end
/// @param receipt of the signals sent; null: none were
/// @param agent what a claude run has come to
/// @param failure why there is no exit record; null when there is one or a receipt
record Ending(
    @Nullable ExitRecord exit,
    @Nullable KillReceipt receipt,
    @Nullable Failure failure,
    @Nullable OutputHashes hashes,
    AgentEnd agent) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SIGNAL_BASE = 128;

  /// Names of the signals that have the same number on every Linux we run on (signal(7)).
  private static final Map<Integer, String> SIGNALS =
      Map.ofEntries(
          Map.entry(1, "HUP"),
          Map.entry(2, "INT"),
          Map.entry(3, "QUIT"),
          Map.entry(4, "ILL"),
          Map.entry(5, "TRAP"),
          Map.entry(6, "ABRT"),
          Map.entry(7, "BUS"),
          Map.entry(8, "FPE"),
          Map.entry(9, "KILL"),
          Map.entry(10, "USR1"),
          Map.entry(11, "SEGV"),
          Map.entry(12, "USR2"),
          Map.entry(13, "PIPE"),
          Map.entry(14, "ALRM"),
          Map.entry(15, "TERM"),
          Map.entry(16, "STKFLT"),
          Map.entry(17, "CHLD"),
          Map.entry(18, "CONT"),
          Map.entry(19, "STOP"),
          Map.entry(20, "TSTP"),
          Map.entry(21, "TTIN"),
          Map.entry(22, "TTOU"),
          Map.entry(23, "URG"),
          Map.entry(24, "XCPU"),
          Map.entry(25, "XFSZ"),
          Map.entry(26, "VTALRM"),
          Map.entry(27, "PROF"),
          Map.entry(28, "WINCH"),
          Map.entry(29, "IO"),
          Map.entry(30, "PWR"),
          Map.entry(31, "SYS"));

  /// A failure with its code and words for the client.
  record Failure(String code, String message) {
    static Failure startFailed(String reason) {
      return new Failure("START_FAILED", reason);
    }

    static Failure outputLimit() {
      return new Failure("OUTPUT_LIMIT", "printed more than OUTPUT_LIMIT_BYTES");
    }

    static Failure budgetExceeded(String limit) {
      return new Failure("BUDGET_EXCEEDED", "used more than " + limit + " allows");
    }

    /// It told that it failed, and did not end by itself.
    static Failure agentFailed(AgentRun run) {
      return new Failure("EXIT_NONZERO", "its result is an error: " + run.subtype());
    }

    static Failure unknown(String reason) {
      return new Failure("OUTCOME_UNKNOWN", reason);
    }
  }

  /// Cancelled while nothing ran yet: no signal was sent.
  static Ending cancelledBeforeStart() {
    var receipt = new KillReceipt("cancel", List.of(), 0, List.of());
    return new Ending(null, receipt, null, new OutputHashes(), AgentEnd.NONE);
  }

  static Ending failed(Failure failure, @Nullable OutputHashes hashes) {
    return new Ending(null, null, failure, hashes, AgentEnd.NONE);
  }

  Ending with(AgentEnd told) {
    return new Ending(exit, receipt, failure, hashes, told);
  }

  Result result() {
    var code = exit == null ? null : (Integer) exit.exit();
    var signal = code == null ? null : SIGNALS.get(code - SIGNAL_BASE);
    var verdict = verdict(code, signal);
    return new Result(
        status(verdict),
        code,
        signal,
        verdict == null ? null : verdict.code(),
        verdict == null ? null : verdict.message(),
        receipt == null || receipt.signals().isEmpty() ? null : json(receipt),
        exit == null ? null : (Integer) exit.background(),
        hashes == null ? null : hashes.stdoutHex(),
        hashes == null ? null : hashes.stderrHex(),
        agent.run().equals(AgentRun.UNKNOWN) ? null : agent.run().json());
  }

  private CommandStatus status(@Nullable Failure verdict) {
    if (isCancelled()) {
      return CommandStatus.CANCELLED;
    }
    return verdict == null ? CommandStatus.COMPLETED : CommandStatus.FAILED;
  }

  private boolean isCancelled() {
    return receipt != null && receipt.reason().equals("cancel");
  }

  /// Null: it did what it should, or was cancelled.
  private @Nullable Failure verdict(@Nullable Integer code, @Nullable String signal) {
    if (isCancelled()) {
      return null;
    }
    if (agent.exceeded() != null) {
      return Failure.budgetExceeded(agent.exceeded());
    }
    if (receipt != null && !receipt.reason().equals("agent_result")) {
      return killed(receipt);
    }
    if (failure != null && failure.equals(Failure.outputLimit())) {
      return failure;
    }
    if (exit != null && exit.outputLost()) {
      return new Failure("OUTPUT_LOST", "the disk beside the process failed; output is incomplete");
    }
    if (agent.run().hasResult() && (agent.run().succeeded() || receipt != null)) {
      return agent.run().succeeded() ? null : Failure.agentFailed(agent.run());
    }
    if (failure != null || exit == null || code == null) {
      return failure != null ? failure : Failure.unknown("its end was not seen");
    }
    if (signal != null) {
      return new Failure("SIGNALLED", "ended by SIG" + signal);
    }
    return code == 0 ? null : new Failure("EXIT_NONZERO", "exited with " + code);
  }

  private static Failure killed(KillReceipt receipt) {
    return switch (receipt.reason()) {
      case "output_limit" -> Failure.outputLimit();
      case "budget" -> new Failure("BUDGET_EXCEEDED", "used more than its budget");
      default -> new Failure("TIMEOUT", "ran longer than timeout_seconds");
    };
  }

  private static JsonNode json(KillReceipt receipt) {
    var node = JSON.createObjectNode();
    node.put("reason", receipt.reason());
    var signals = node.putArray("signals");
    receipt.signals().forEach(signals::add);
    node.put("killed", receipt.killed());
    var survivors = node.putArray("survivors");
    receipt
        .survivors()
        .forEach(it -> survivors.addObject().put("pid", it.pid()).put("name", it.name()));
    return node;
  }
}
