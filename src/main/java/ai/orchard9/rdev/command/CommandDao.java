package ai.orchard9.rdev.command;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandMapper;
import ai.orchard9.rdev.command.model.CommandSql;
import java.util.Optional;
import org.jdbi.v3.sqlobject.config.RegisterRowMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;

/// Single rows of `commands` as clients see them; [CommandSearch] lists them, and
/// [ai.orchard9.rdev.command.queue] changes them.
@RegisterRowMapper(CommandMapper.class)
interface CommandDao {
  @SqlQuery("SELECT " + CommandSql.COLUMNS + " FROM commands WHERE id = :id")
  Optional<Command> find(String id);
}
