package ai.orchard9.rdev.command.life;

import java.util.List;
import org.jdbi.v3.core.Handle;

/// Nobody is told.
final class Nobody implements FactTeller {
  @Override
  public boolean isAwaited() {
    return false;
  }

  @Override
  public boolean looks(Handle transaction) {
    return false;
  }

  @Override
  public void tell(Handle transaction, List<Fact> facts) {}

  @Override
  public void told() {}
}
