package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.CommandId;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Ends as one statement takes them: an array for each column. Public only because JDBI reads it by
/// reflection.
public final class ResultColumns {
  private final List<Finished> rows;

  ResultColumns(List<Finished> rows) {
    this.rows = rows;
  }

  /// How the command of a claim ended.
  record Finished(Claim claim, Result result) {
    CommandId id() {
      return claim.command().id();
    }

    long token() {
      return claim.token();
    }

    /// About how many bytes it takes to write.
    int weight() {
      var receipt = result.killReceipt();
      var agent = result.agent();
      return 500
          + (receipt == null ? 0 : 100 * receipt.size())
          + (agent == null ? 0 : agent.path("result").asText().length());
    }
  }

  public String[] ids() {
    return texts(it -> it.id().value());
  }

  public Long[] tokens() {
    return rows.stream().map(Finished::token).toArray(Long[]::new);
  }

  public String[] statuses() {
    return texts(it -> it.result().status().wire());
  }

  public @Nullable Integer[] exitCodes() {
    return rows.stream().map(it -> it.result().exitCode()).toArray(Integer[]::new);
  }

  public @Nullable String[] signals() {
    return texts(it -> it.result().signal());
  }

  public @Nullable String[] errorCodes() {
    return texts(it -> it.result().errorCode());
  }

  public @Nullable String[] errorMessages() {
    return texts(it -> it.result().errorMessage());
  }

  public @Nullable String[] killReceipts() {
    return texts(
        it -> it.result().killReceipt() == null ? null : it.result().killReceipt().toString());
  }

  public @Nullable Integer[] backgrounds() {
    return rows.stream().map(it -> it.result().background()).toArray(Integer[]::new);
  }

  public @Nullable String[] stdoutHashes() {
    return texts(it -> it.result().stdoutSha256());
  }

  public @Nullable String[] stderrHashes() {
    return texts(it -> it.result().stderrSha256());
  }

  public @Nullable String[] agents() {
    return texts(it -> it.result().agent() == null ? null : it.result().agent().toString());
  }

  private String[] texts(Function<Finished, @Nullable String> column) {
    return rows.stream().map(column).toArray(String[]::new);
  }
}
