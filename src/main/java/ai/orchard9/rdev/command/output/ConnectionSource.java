package ai.orchard9.rdev.command.output;

import java.sql.Connection;
import java.sql.SQLException;

/// Opens database connections outside of the pool, for those who keep one.
@FunctionalInterface
public interface ConnectionSource {

  /// A new connection, which the caller closes.
  Connection open() throws SQLException;
}
