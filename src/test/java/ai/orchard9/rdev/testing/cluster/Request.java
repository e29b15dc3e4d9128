package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A request's head; header names are in lower case.
record Request(
    String method, String path, Map<String, List<String>> query, Map<String, String> headers) {
  private static final int LIMIT = 64 * 1024;

  /// Reads the next one of a connection, or nothing at its end.
  static Optional<Request> read(InputStream in) throws IOException {
    var head = head(in);
    if (head.isEmpty()) {
      return Optional.empty();
    }
    var lines = head.split("\r\n", -1);
    var first = lines[0].split(" ", -1);
    if (first.length != 3) {
      throw new IOException("not HTTP: " + lines[0]);
    }
    var headers = new HashMap<String, String>();
    for (var i = 1; i < lines.length && !lines[i].isEmpty(); i++) {
      var colon = lines[i].indexOf(':');
      headers.merge(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip(),
          (a, b) -> a + "," + b);
    }
    in.skipNBytes(Long.parseLong(headers.getOrDefault("content-length", "0")));
    var target = first[1].split("\\?", 2);
    return Optional.of(
        new Request(first[0], target[0], query(target.length == 1 ? "" : target[1]), headers));
  }

  private static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    var ends = 0;
    while (ends < 4) {
      var next = in.read();
      if (next < 0 || head.size() > LIMIT) {
        return "";
      }
      head.write(next);
      ends = next == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : next == '\r' ? 1 : 0;
    }
    return head.toString(ISO_8859_1);
  }

  private static Map<String, List<String>> query(String text) {
    var query = new HashMap<String, List<String>>();
    for (var pair : text.split("&", -1)) {
      var parts = pair.split("=", 2);
      var value = parts.length == 1 ? "" : URLDecoder.decode(parts[1], UTF_8);
      query.computeIfAbsent(URLDecoder.decode(parts[0], UTF_8), _ -> new ArrayList<>()).add(value);
    }
    return query;
  }

  String header(String name) {
    return headers.getOrDefault(name, "");
  }

  String parameter(String name) {
    return parameters(name).stream().findFirst().orElse("");
  }

  List<String> parameters(String name) {
    return query.getOrDefault(name, List.of());
  }

  boolean flag(String name) {
    return List.of("true", "1").contains(parameter(name));
  }

  boolean isUpgrade() {
    return header("upgrade").equalsIgnoreCase("websocket");
  }
}
