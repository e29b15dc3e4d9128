package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.CommandMapper;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.tracing.Traceparent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/// Reads a claimed row; its inputs are read apart.
public final class ClaimMapper implements RowMapper<Claim> {
  private static final byte[] NO_STDIN = {};

  @Override
  public Claim map(ResultSet row, StatementContext context) throws SQLException {
    return new Claim(
        CommandMapper.read(row),
        row.getLong("token"),
        row.getString("marker"),
        Traceparent.parse(row.getString("traceparent")).orElse(null),
        place(row),
        row.getString("instance"),
        row.getBoolean("acknowledged"),
        Duration.ofMillis(row.getLong("remaining_ms")),
        NO_STDIN,
        Map.of(),
        row.getBoolean("has_inputs"),
        BudgetJson.read(row.getString("agent_budget")),
        kill(row));
  }

  /// Commands of a version that kept no places ran where projects have no containers.
  private static Place place(ResultSet row) throws SQLException {
    var json = row.getString("place");
    return json == null ? new Place(row.getString("project"), null, "") : PlaceJson.read(json);
  }

  private static Claim.@Nullable KillRequest kill(ResultSet row) throws SQLException {
    var reason = row.getString("kill_reason");
    return reason == null
        ? null
        : new Claim.KillRequest(reason, Duration.ofSeconds(row.getInt("kill_grace_seconds")));
  }
}
