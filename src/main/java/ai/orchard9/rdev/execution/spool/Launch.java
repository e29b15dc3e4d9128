package ai.orchard9.rdev.execution.spool;

import java.util.List;

/// What a command runs.
public sealed interface Launch {
  /// Text for `bash` where there is one, else `sh`.
  record Shell(String text) implements Launch {}

  /// A program, found by PATH, and its arguments; no shell between.
  ///
  /// @param needed the program without which nothing is started: itself, or the one it ends in
  record Exec(String program, List<String> arguments, String needed) implements Launch {
    public Exec {
      arguments = List.copyOf(arguments);
    }

    public Exec(String program, List<String> arguments) {
      this(program, arguments, program);
    }
  }
}
