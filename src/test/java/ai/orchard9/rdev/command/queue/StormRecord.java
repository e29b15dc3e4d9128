package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.Command;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.StatementContext;

/// What the servers of a storm were told.
final class StormRecord {
  private final Set<String> submitted = ConcurrentHashMap.newKeySet();
  private final Map<String, String> commandOfKey = new ConcurrentHashMap<>();
  private final Map<Attempt, Integer> limitOf = new ConcurrentHashMap<>();
  private final Map<String, Long> finished = new ConcurrentHashMap<>();
  private final Map<String, Claim> newest = new ConcurrentHashMap<>();
  private final Queue<String> problems = new ConcurrentLinkedQueue<>();

  /// One start of a command.
  record Attempt(String id, int number) {
    static Attempt of(Command command) {
      return new Attempt(command.id().value(), command.attempt());
    }
  }

  Set<String> submitted() {
    return submitted;
  }

  /// The tokens of the reports of an end that were believed.
  Map<String, Long> finished() {
    return finished;
  }

  /// The limits under which commands were claimed.
  Map<Attempt, Integer> limitOf() {
    return limitOf;
  }

  /// What must not have happened.
  Queue<String> problems() {
    return problems;
  }

  /// Those who group submissions and ends try again, one by one: only here is every failure seen.
  SqlLogger failures() {
    return new SqlLogger() {
      @Override
      public void logException(StatementContext context, SQLException failure) {
        problems.add(failure.getSQLState() + " " + failure.getMessage());
      }
    };
  }

  /// @param id which command stands for it
  void submitted(NewCommand command, String id) {
    submitted.add(id);
    if (command.idempotency() != null) {
      var other = commandOfKey.putIfAbsent(command.idempotency().key(), id);
      if (other != null && !other.equals(id)) {
        problems.add("two commands under one key: " + id + " " + other);
      }
    }
  }

  List<Claim> claimed(List<Claim> claims, int perProject) {
    for (var claim : claims) {
      if (limitOf.putIfAbsent(Attempt.of(claim.command()), perProject) != null) {
        problems.add("claimed twice: " + claim);
      }
      newest.put(claim.command().id().value(), claim);
    }
    return claims;
  }

  /// The claim that counted before, if there was one.
  Optional<Claim> adopted(Claim claim) {
    return Optional.ofNullable(newest.put(claim.command().id().value(), claim));
  }

  void finished(Claim claim) {
    if (finished.putIfAbsent(claim.command().id().value(), claim.token()) != null) {
      problems.add("finished twice: " + claim);
    }
  }
}
