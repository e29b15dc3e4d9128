package ai.orchard9.rdev.execution.spool;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// Ends each stream of a command. Random, so that no output can hold it by chance or on purpose;
/// kept with the command's row, for it must be the same for every server that reads the streams.
public record Marker(String text) {
  // Well below PIPE_BUF with the record behind it, so that it is written in one piece.
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9]{16,64}");
  private static final SecureRandom RANDOM = new SecureRandom();

  public Marker {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("not a marker");
    }
  }

  public static Marker random() {
    var bytes = new byte[20];
    RANDOM.nextBytes(bytes);
    return new Marker(HexFormat.of().formatHex(bytes));
  }
}
