package ai.orchard9.rdev.command.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// Names one command: `cmd-` and 25 characters of base 36, the first nine of which rise with time,
/// so that rows made together lie together in the index.
public record CommandId(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("cmd-[0-9a-z]{1,60}");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TIME_DIGITS = 9;
  private static final int RANDOM_DIGITS = 16;

  /// Takes a well-formed id.
  ///
  /// @throws IllegalArgumentException when the text is no command id
  @JsonCreator
  public CommandId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException("not a command id");
    }
  }

  /// Reads an id that came from outside; empty when malformed, which callers answer like an unknown
  /// one.
  public static Optional<CommandId> parse(String text) {
    return FORM.matcher(text).matches() ? Optional.of(new CommandId(text)) : Optional.empty();
  }

  /// A new one.
  public static CommandId random(Instant now) {
    var time = pad(Long.toString(now.toEpochMilli(), 36), TIME_DIGITS);
    var random = pad(new BigInteger(82, RANDOM).toString(36), RANDOM_DIGITS);
    return new CommandId("cmd-" + time + random);
  }

  private static String pad(String digits, int length) {
    return "0".repeat(Math.max(0, length - digits.length())) + digits;
  }

  @Override
  public String toString() {
    return value;
  }
}
