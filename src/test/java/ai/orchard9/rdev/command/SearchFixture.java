package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.http.Cursor;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Lists of commands, for tests of their statements.
public final class SearchFixture {
  private SearchFixture() {}

  /// See [CommandSearch#list].
  public static List<Command> list(
      Jdbi jdbi,
      CommandFilter filter,
      String @Nullable [] visible,
      int rows,
      Optional<Cursor> after) {
    return new CommandSearch(jdbi).list(filter, visible, rows, after);
  }
}
