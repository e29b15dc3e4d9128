package ai.orchard9.rdev.command.output;

/// Which stream of a command a chunk belongs to.
public enum StreamName {
  /// Standard output.
  STDOUT(1, "stdout"),
  /// Standard error.
  STDERR(2, "stderr"),
  /// What an agent did: each chunk is the JSON data of one `agent` event. Counts as no output.
  AGENT(3, "agent");

  private static final StreamName[] BY_NUMBER = {STDOUT, STDERR, AGENT};

  private final int number;
  private final String wireName;

  StreamName(int number, String wireName) {
    this.number = number;
    this.wireName = wireName;
  }

  /// As stored in `output_chunks.stream`.
  public int number() {
    return number;
  }

  /// As clients see it.
  public String wireName() {
    return wireName;
  }

  static StreamName of(int number) {
    return BY_NUMBER[number - 1];
  }
}
