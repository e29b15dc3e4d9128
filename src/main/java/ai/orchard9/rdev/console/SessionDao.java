package ai.orchard9.rdev.console;

import java.util.Optional;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// Rows of `console_sessions`.
interface SessionDao {
  /// Opens a session, and forgets what is over: all that has expired, and of this key the oldest
  /// beyond so many.
  @SqlUpdate(
      """
      WITH expired AS (
        DELETE FROM console_sessions WHERE expires_at < statement_timestamp()
      ), crowded AS (
        DELETE FROM console_sessions WHERE token_hash IN (
          SELECT token_hash FROM console_sessions WHERE key_hash = :keyHash
          ORDER BY created_at DESC OFFSET :most - 1)
      )
      INSERT INTO console_sessions (token_hash, key_hash, expires_at)
      VALUES (:tokenHash, :keyHash, clock_timestamp() + :seconds * interval '1 second')
      """)
  void open(String tokenHash, String keyHash, long seconds, int most);

  /// The hash of the key that logged in.
  @SqlQuery(
      """
      SELECT key_hash FROM console_sessions
      WHERE token_hash = :tokenHash AND expires_at > clock_timestamp()
      """)
  Optional<String> keyHash(String tokenHash);

  @SqlUpdate("DELETE FROM console_sessions WHERE token_hash = :tokenHash")
  int end(String tokenHash);
}
