package ai.orchard9.rdev.command.life;

import java.util.List;
import org.jdbi.v3.core.Handle;

/// Tells others what became of commands: once of each fact, in the transaction that numbers it. So
/// it must be quick, and do nothing outside of that transaction.
public interface FactTeller {
  /// Whether somebody was to be told when this server last looked. Then facts are numbered as soon
  /// as they are committed, instead of within a second. Never blocks.
  boolean isAwaited();

  /// Whether somebody is to be told. If not, facts are numbered and forgotten.
  boolean looks(Handle transaction);

  /// Takes facts down, in their order.
  void tell(Handle transaction, List<Fact> facts);

  /// What was taken down is committed. Never blocks.
  void told();
}
