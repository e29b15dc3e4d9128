package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.postgresql.PGConnection;

/// What an operator's `psql -c` says, where `psql` itself need not be installed.
///
/// @param database its name
public record Psql(TestPostgres postgres, String database) {
  /// On a database of a server under test.
  public static Psql of(TestPostgres postgres, String database) {
    return new Psql(postgres, database);
  }

  /// Runs a whole command line.
  ///
  /// @return a line with the columns' names, then one for each row; what a COPY copies
  /// @throws IllegalStateException the database cannot be reached, or does not take it
  public List<String> run(String command) {
    var words = ShellCommands.words(command);
    var sql = words.get(words.indexOf("-c") + 1);
    try (var connection = postgres.open(database)) {
      return sql.startsWith("COPY ") ? copied(connection, sql) : rows(connection, sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> copied(Connection connection, String sql)
      throws SQLException, IOException {
    var bytes = new ByteArrayOutputStream();
    connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql, bytes);
    return bytes.toString(UTF_8).lines().toList();
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var lines = new ArrayList<String>();
      var columns = rows.getMetaData();
      var names = new StringJoiner(" | ");
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        names.add(columns.getColumnLabel(i));
      }
      lines.add(names.toString());
      while (rows.next()) {
        lines.add(row(rows, columns.getColumnCount()));
      }
      return lines;
    }
  }

  private static String row(ResultSet rows, int columns) throws SQLException {
    var line = new StringJoiner(" | ");
    for (int i = 1; i <= columns; i++) {
      var value = rows.getString(i);
      line.add(value == null ? "" : value);
    }
    return line.toString();
  }
}
