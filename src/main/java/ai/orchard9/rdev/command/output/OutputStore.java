package ai.orchard9.rdev.command.output;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.postgresql.PGConnection;

/// The table of chunks. Plain JDBC where arrays of bytes travel: Jdbi would send them as text.
final class OutputStore {

  private static final String APPEND =
      """
      WITH mine AS (
        UPDATE commands
        SET last_event_id = ?, acknowledged = true,
            stdout_bytes = coalesce(?, stdout_bytes), stderr_bytes = coalesce(?, stderr_bytes)
        WHERE id = ? AND token = ? AND owner = ? AND status = 'running' AND last_event_id = ?
        RETURNING id)
      INSERT INTO output_chunks
        (day, command_id, first_event_id, last_event_id, stream, stream_offset, total_offset, bytes)
      SELECT ?, mine.id, c.first, c.last, c.stream, c.stream_offset, c.total_offset, c.bytes
      FROM mine,
        unnest(?::bigint[], ?::bigint[], ?::smallint[], ?::bigint[], ?::bigint[], ?::bytea[])
          AS c (first, last, stream, stream_offset, total_offset, bytes)
      """;

  private static final String IS_RECORDED =
      """
      SELECT EXISTS (SELECT FROM commands
        WHERE id = ? AND token = ? AND owner = ? AND status = 'running' AND last_event_id = ?)
      """;

  // The sizes are known without reading the values: the budget cuts before anything is fetched.
  private static final String READ =
      """
      SELECT first_event_id, last_event_id, stream, stream_offset, total_offset, bytes
      FROM (
        SELECT *, sum(octet_length(bytes)) OVER (ORDER BY first_event_id) - octet_length(bytes)
            AS before
        FROM (
          SELECT first_event_id, last_event_id, stream, stream_offset, total_offset, bytes
          FROM output_chunks
          WHERE day = ? AND command_id = ? AND last_event_id > ? AND stream = ANY (?)
            AND first_event_id >= coalesce(
              (SELECT max(first_event_id) FROM output_chunks
               WHERE day = ? AND command_id = ? AND first_event_id <= ?), 0)
          ORDER BY first_event_id
          LIMIT 256) AS page) AS counted
      WHERE before < ?
      ORDER BY first_event_id
      """;

  private final Jdbi jdbi;
  private final Semaphore reads;

  OutputStore(Jdbi jdbi, int concurrentReads) {
    this.jdbi = jdbi;
    this.reads = new Semaphore(concurrentReads);
  }

  boolean append(CommandKey key, long token, String owner, List<Chunk> chunks) {
    long before = chunks.getFirst().firstEventId() - 1;
    long last = chunks.getLast().lastEventId();
    return using(
        handle -> {
          Connection connection = handle.getConnection();
          try (PreparedStatement insert = connection.prepareStatement(APPEND)) {
            insert.setLong(1, last);
            setEnd(insert, 2, chunks, StreamName.STDOUT);
            setEnd(insert, 3, chunks, StreamName.STDERR);
            insert.setString(4, key.id());
            insert.setLong(5, token);
            insert.setString(6, owner);
            insert.setLong(7, before);
            insert.setObject(8, key.createdDay());
            setColumns(connection, insert, chunks);
            if (insert.executeUpdate() > 0) {
              return true;
            }
          }
          // Either the token is stale, or a former try was committed though its answer was lost.
          try (PreparedStatement query = connection.prepareStatement(IS_RECORDED)) {
            query.setString(1, key.id());
            query.setLong(2, token);
            query.setString(3, owner);
            query.setLong(4, last);
            try (ResultSet row = query.executeQuery()) {
              return row.next() && row.getBoolean(1);
            }
          }
        });
  }

  List<Chunk> read(CommandKey key, long afterEventId, List<StreamName> streams, int budgetBytes) {
    return reading(
        handle -> {
          Connection connection = handle.getConnection();
          try (PreparedStatement query = connection.prepareStatement(READ)) {
            LocalDate day = key.createdDay();
            query.setObject(1, day);
            query.setString(2, key.id());
            query.setLong(3, afterEventId);
            query.setArray(
                4,
                connection.createArrayOf(
                    "int2", streams.stream().map(it -> (short) it.number()).toArray()));
            query.setObject(5, day);
            query.setString(6, key.id());
            query.setLong(7, afterEventId + 1);
            query.setLong(8, budgetBytes);
            return chunks(key, query);
          }
        });
  }

  Optional<Position> position(String commandId) {
    return Optional.ofNullable(positions(List.of(commandId)).get(commandId));
  }

  Map<String, Position> positions(Collection<String> commandIds) {
    return reading(
        handle -> {
          Connection connection = handle.getConnection();
          try (PreparedStatement query =
              connection.prepareStatement(
                  """
                  SELECT id, last_event_id, status IN ('completed', 'failed', 'cancelled')
                  FROM commands WHERE id = ANY (?)
                  """)) {
            query.setArray(1, connection.createArrayOf("text", commandIds.toArray()));
            var positions = new HashMap<String, Position>();
            try (ResultSet row = query.executeQuery()) {
              while (row.next()) {
                positions.put(row.getString(1), new Position(row.getLong(2), row.getBoolean(3)));
              }
            }
            return positions;
          }
        });
  }

  /// The id of the event before the chunk that holds the byte, 0 if that is the first.
  long eventBefore(CommandKey key, List<StreamName> streams, long offset) {
    String column = streams.size() == 1 ? "stream_offset" : "total_offset";
    return reading(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT first_event_id - 1 FROM output_chunks
                    WHERE day = :day AND command_id = :id AND stream = ANY (:streams)
                      AND %s <= :offset
                    ORDER BY first_event_id DESC LIMIT 1
                    """
                        .formatted(column))
                .bind("day", key.createdDay())
                .bind("id", key.id())
                .bindArray(
                    "streams", Integer.class, streams.stream().map(StreamName::number).toList())
                .bind("offset", offset)
                .mapTo(Long.class)
                .findOne()
                .orElse(0L));
  }

  void notify(String channel, String payload) {
    using(
        handle -> {
          try (PreparedStatement query =
              handle.getConnection().prepareStatement("SELECT pg_notify(?, ?)")) {
            query.setString(1, channel);
            query.setString(2, payload);
            return query.execute();
          }
        });
  }

  private <T> T reading(HandleCallback<T, SQLException> callback) {
    reads.acquireUninterruptibly();
    try {
      return using(callback);
    } finally {
      reads.release();
    }
  }

  private <T> T using(HandleCallback<T, SQLException> callback) {
    try {
      return jdbi.withHandle(callback);
    } catch (SQLException e) {
      throw new OutputUnavailableException(e);
    }
  }

  private static List<Chunk> chunks(CommandKey key, PreparedStatement query) throws SQLException {
    var chunks = new ArrayList<Chunk>();
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        chunks.add(
            new Chunk(
                key.id(),
                row.getLong(1),
                row.getLong(2),
                StreamName.of(row.getInt(3)),
                row.getLong(4),
                row.getLong(5),
                row.getBytes(6)));
      }
    }
    return chunks;
  }

  private static void setEnd(
      PreparedStatement insert, int index, List<Chunk> chunks, StreamName stream)
      throws SQLException {
    for (Chunk chunk : chunks.reversed()) {
      if (chunk.stream() == stream) {
        insert.setLong(index, chunk.streamOffset() + chunk.bytes().length);
        return;
      }
    }
    insert.setNull(index, Types.BIGINT);
  }

  private static void setColumns(
      Connection connection, PreparedStatement insert, List<Chunk> chunks) throws SQLException {
    PGConnection arrays = connection.unwrap(PGConnection.class);
    int count = chunks.size();
    var first = new long[count];
    var last = new long[count];
    var stream = new short[count];
    var streamOffset = new long[count];
    var totalOffset = new long[count];
    var bytes = new byte[count][];
    for (int i = 0; i < count; i++) {
      Chunk chunk = chunks.get(i);
      first[i] = chunk.firstEventId();
      last[i] = chunk.lastEventId();
      stream[i] = (short) chunk.stream().number();
      streamOffset[i] = chunk.streamOffset();
      totalOffset[i] = chunk.totalOffset();
      bytes[i] = chunk.bytes();
    }
    insert.setArray(9, arrays.createArrayOf("int8", (Object) first));
    insert.setArray(10, arrays.createArrayOf("int8", (Object) last));
    insert.setArray(11, arrays.createArrayOf("int2", (Object) stream));
    insert.setArray(12, arrays.createArrayOf("int8", (Object) streamOffset));
    insert.setArray(13, arrays.createArrayOf("int8", (Object) totalOffset));
    insert.setArray(14, arrays.createArrayOf("bytea", (Object) bytes));
  }
}
