package ai.orchard9.rdev.database;

import ai.orchard9.rdev.config.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/// Where a database is and who we are there.
public record DatabaseTarget(String jdbcUrl, String user, Secret<String> password) {

  /// A database on that host.
  public static DatabaseTarget of(
      String host, int port, String name, String user, Secret<String> password) {
    var numeric = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    return new DatabaseTarget(
        "jdbc:postgresql://" + numeric + ":" + port + "/" + name, user, password);
  }

  /// Reads `postgres://user:password@host:port/name?sslmode=…` or a JDBC URL of that kind.
  ///
  /// @throws IllegalArgumentException it is none; the message does not quote it, for it has a
  ///   password
  static DatabaseTarget parse(String url, String user, Secret<String> password) {
    if (url.startsWith("jdbc:postgresql:")) {
      return new DatabaseTarget(url, user, password);
    }
    try {
      var uri = new URI(url);
      if (!("postgres".equals(uri.getScheme()) || "postgresql".equals(uri.getScheme()))
          || uri.getHost() == null) {
        throw new IllegalArgumentException(expected());
      }
      var port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
      var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
      var jdbc = "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query;
      if (uri.getRawUserInfo() == null) {
        return new DatabaseTarget(jdbc, user, password);
      }
      var parts = uri.getRawUserInfo().split(":", 2);
      var named = decode(parts[0]);
      return new DatabaseTarget(
          jdbc, named, parts.length > 1 ? new Secret<>(decode(parts[1])) : password);
    } catch (URISyntaxException malformed) {
      throw new IllegalArgumentException(expected());
    }
  }

  /// The same server, another database.
  public DatabaseTarget named(String name) {
    var start = jdbcUrl.lastIndexOf('/') + 1;
    var query = jdbcUrl.indexOf('?', start);
    return new DatabaseTarget(
        jdbcUrl.substring(0, start) + name + (query < 0 ? "" : jdbcUrl.substring(query)),
        user,
        password);
  }

  /// A connection outside of every pool; the caller closes it. Reads do not time out.
  public Connection connect() throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password.value());
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "5");
    properties.setProperty("ApplicationName", "rdev-api");
    return DriverManager.getConnection(jdbcUrl, properties);
  }

  private static String expected() {
    return "DATABASE_URL must be postgres://user:password@host:port/name";
  }

  private static String decode(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
