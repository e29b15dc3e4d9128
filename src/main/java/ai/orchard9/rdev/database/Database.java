package ai.orchard9.rdev.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;

/// The database as rooms see it.
///
/// @param api for work that a caller waits for: fails within 4 s when the database is away
/// @param background for loops: waits up to 30 s
/// @param target where it is
/// @param isEmbedded whether it is our own
public record Database(Jdbi api, Jdbi background, DatabaseTarget target, boolean isEmbedded) {

  /// Whether the database has been up for so long; by its own clock.
  public boolean hasBeenUpFor(Duration time) {
    return background.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT clock_timestamp() - pg_postmaster_start_time()"
                        + " >= :seconds * interval '1 second'")
                .bind("seconds", time.toSeconds())
                .mapTo(Boolean.class)
                .one());
  }

  /// See [DatabaseTarget#connect]; for LISTEN.
  public Connection connect() throws SQLException {
    return target.connect();
  }

  /// Says `ok` when a request could be served now.
  ///
  /// @throws Exception it could not; takes as long as a request would wait
  public String check() throws Exception {
    api.useHandle(handle -> handle.execute("SELECT 1"));
    return "ok";
  }
}
