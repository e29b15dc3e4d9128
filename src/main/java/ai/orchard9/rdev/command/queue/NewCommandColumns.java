package ai.orchard9.rdev.command.queue;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Commands as one statement takes them: an array for each column. Public only because JDBI reads
/// it by reflection.
public final class NewCommandColumns {
  private final List<NewCommand> rows;

  NewCommandColumns(List<NewCommand> rows) {
    this.rows = rows;
  }

  public String[] ids() {
    return texts(NewCommand::id);
  }

  public String[] projects() {
    return texts(NewCommand::project);
  }

  public String[] types() {
    return texts(NewCommand::type);
  }

  public String[] priorities() {
    return texts(NewCommand::priority);
  }

  public String[] metadata() {
    return texts(NewCommand::metadata);
  }

  public String[] requests() {
    return texts(NewCommand::request);
  }

  public Integer[] timeouts() {
    return rows.stream().map(NewCommand::timeoutSeconds).toArray(Integer[]::new);
  }

  public @Nullable Integer[] startWithin() {
    return rows.stream().map(NewCommand::startWithinSeconds).toArray(Integer[]::new);
  }

  public @Nullable UUID[] keyIds() {
    return rows.stream().map(NewCommand::keyId).toArray(UUID[]::new);
  }

  public String[] keyNames() {
    return texts(NewCommand::keyName);
  }

  public String[] requestIds() {
    return texts(NewCommand::requestId);
  }

  public String[] clientAddresses() {
    return texts(NewCommand::clientAddress);
  }

  public @Nullable String[] traceparents() {
    return texts(NewCommand::traceparent);
  }

  public String[] markers() {
    return texts(NewCommand::marker);
  }

  public @Nullable String[] idempotencyKeys() {
    return texts(it -> it.idempotency() == null ? null : it.idempotency().key());
  }

  public @Nullable String[] fingerprints() {
    return texts(it -> it.idempotency() == null ? null : it.idempotency().fingerprint());
  }

  public @Nullable String[] sessionIds() {
    return texts(NewCommand::sessionId);
  }

  public @Nullable String[] budgets() {
    return texts(it -> it.agent() == null ? null : it.agent().budget());
  }

  private String[] texts(Function<NewCommand, @Nullable String> column) {
    return rows.stream().map(column).toArray(String[]::new);
  }
}
