package ai.orchard9.rdev.command.output;

import java.io.Serial;
import java.sql.SQLException;

/// The database could not be asked, or did not answer; a later try may succeed.
public final class OutputUnavailableException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  OutputUnavailableException(SQLException cause) {
    super("output cannot be reached: " + cause.getMessage(), cause);
  }
}
