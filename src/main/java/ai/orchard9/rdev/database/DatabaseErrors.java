package ai.orchard9.rdev.database;

import ai.orchard9.rdev.error.ApiException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.apache.tomcat.jdbc.pool.PoolExhaustedException;
import org.jspecify.annotations.Nullable;

/// What exceptions of the database mean to a caller. Source: PostgreSQL manual, appendix A.
public final class DatabaseErrors {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  /// Classes of errors that are not about the statement: connection exceptions, out of resources.
  private static final Set<String> CLASSES = Set.of("08", "53", "58");

  /// Shut down by an administrator, crash, starting up; cancelled by time-out; lock not available;
  /// idle in a transaction for too long; deadlock and serialization failure; read-only after a
  /// fail-over.
  private static final Set<String> STATES =
      Set.of(
          "57P01", "57P02", "57P03", "57P05", "57014", "55P03", "25P03", "25P04", "40001", "40P01",
          "25006");

  private DatabaseErrors() {}

  /// 503, when the failure says that the database cannot be asked now.
  public static Optional<ApiException> translate(Throwable failure) {
    return isUnavailable(failure)
        ? Optional.of(
            new ApiException.Unavailable("the database cannot be reached now", RETRY_AFTER))
        : Optional.empty();
  }

  /// 503, when this failure, or one that caused it, says that the database cannot be asked now.
  public static Optional<ApiException> refusal(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      var refusal = translate(at);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  /// Whether this exception, or one that caused it, says that the database cannot be asked now.
  public static boolean isAway(Throwable failure) {
    return refusal(failure).isPresent();
  }

  /// Whether this exception, or one that caused it, says that no statement would be answered now;
  /// not those that concern only one, as a lock that it did not get.
  public static boolean isUnreachable(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof PoolExhaustedException
          || (at instanceof SQLException sql && isOfConnection(sql.getSQLState()))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isOfConnection(@Nullable String state) {
    return state != null
        && state.length() == 5
        && (state.startsWith("57P") || CLASSES.contains(state.substring(0, 2)));
  }

  private static boolean isUnavailable(Throwable failure) {
    if (failure instanceof PoolExhaustedException) {
      return true;
    }
    if (!(failure instanceof SQLException sql)) {
      return false;
    }
    var state = sql.getSQLState();
    return state != null && (STATES.contains(state) || isOfConnection(state));
  }
}
