package ai.orchard9.rdev.webhook;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Verdicts as one statement takes them: an array for each column. Public only because JDBI reads
/// it by reflection.
public final class VerdictColumns {
  private final List<Verdict> rows;

  VerdictColumns(List<Verdict> rows) {
    this.rows = rows;
  }

  public UUID[] ids() {
    return rows.stream().map(it -> it.claim().id()).toArray(UUID[]::new);
  }

  public Long[] tokens() {
    return rows.stream().map(it -> it.claim().token()).toArray(Long[]::new);
  }

  public String[] outcomes() {
    return rows.stream().map(it -> it.outcome().wire()).toArray(String[]::new);
  }

  public Long[] waitsMillis() {
    return rows.stream().map(it -> it.pause().toMillis()).toArray(Long[]::new);
  }

  public @Nullable Long[] agesMillis() {
    return rows.stream().map(it -> ofTrial(it, Verdict.Trial::ageMillis)).toArray(Long[]::new);
  }

  public @Nullable Integer[] durationsMillis() {
    return rows.stream()
        .map(it -> ofTrial(it, trial -> (int) trial.duration().toMillis()))
        .toArray(Integer[]::new);
  }

  public @Nullable Integer[] statusCodes() {
    return rows.stream().map(it -> ofTrial(it, Verdict.Trial::statusCode)).toArray(Integer[]::new);
  }

  public @Nullable String[] errors() {
    return rows.stream().map(it -> ofTrial(it, Verdict.Trial::error)).toArray(String[]::new);
  }

  private static <T> @Nullable T ofTrial(
      Verdict verdict, Function<Verdict.Trial, @Nullable T> part) {
    return verdict.trial().isEmpty() ? null : part.apply(verdict.trial().get());
  }
}
