package ai.orchard9.rdev.command;

import ai.orchard9.rdev.http.Cursor;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which commands a list shows; null: any.
public record CommandFilter(
    @Nullable String project,
    @Nullable CommandStatus status,
    @Nullable CommandType type,
    @Nullable UUID keyId,
    @Nullable Instant since,
    @Nullable Instant until) {

  static final String LIST = "commands";

  List<Command> list(
      CommandDao dao, String @Nullable [] visible, int rows, Optional<Cursor> after) {
    return dao.list(
        project,
        status == null ? null : status.wire(),
        type == null ? null : type.wire(),
        keyId,
        since,
        until,
        visible,
        after.map(it -> it.instant(0)).orElse(null),
        after.map(it -> it.text(1)).orElse(null),
        rows);
  }
}
