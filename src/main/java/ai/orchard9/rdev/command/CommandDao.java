package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandMapper;
import ai.orchard9.rdev.command.model.CommandSql;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jspecify.annotations.Nullable;

/// Single rows of `commands` as clients see them; [CommandSearch] lists them, and
/// [ai.orchard9.rdev.command.queue] changes them.
@RegisterRowMapper(CommandMapper.class)
interface CommandDao {
  @SqlQuery("SELECT " + CommandSql.COLUMNS + " FROM commands WHERE id = :id")
  Optional<Command> find(String id);

  /// How many ended without anybody seeing how, of those created since then; counted up to a bound.
  ///
  /// @param projects in which; null: in all
  @SqlQuery(
      """
      SELECT count(*) FROM (
        SELECT FROM commands
        WHERE error_code IS NOT NULL AND error_code = 'OUTCOME_UNKNOWN' AND created_at >= :since
          AND (:projects::text[] IS NULL OR project = ANY(:projects))
        LIMIT :most) AS unknown
      """)
  int countUnknown(Instant since, String @Nullable [] projects, int most);
}
