package ai.orchard9.rdev.execution.spool;

import java.util.regex.Pattern;

/// Names one try at one command. Each starts at most once: its directory can be made only once.
///
/// @param commandId letters, digits, `_` and `-`
/// @param number 1 for the first
public record Attempt(String commandId, int number) {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}");

  public Attempt {
    if (!ID.matcher(commandId).matches() || number < 1) {
      throw new IllegalArgumentException("not an attempt");
    }
  }

  /// The name of its directory.
  @Override
  public String toString() {
    return commandId + "." + number;
  }
}
