package ai.orchard9.rdev.testing.contract;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// An answer that a test has got.
///
/// @param path as it was sent, without the query
/// @param headers by names in lower case
/// @param body empty where it was not read, as that of a stream
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Seen(
    String method, String path, int status, Map<String, List<String>> headers, byte[] body) {

  /// What came back for a request.
  public static Seen of(HttpRequest request, HttpResponse<byte[]> response) {
    var headers = new HashMap<String, List<String>>();
    response.headers().map().forEach((name, all) -> headers.put(lower(name), all));
    var path = request.uri().getRawPath();
    return new Seen(request.method(), path, response.statusCode(), headers, response.body());
  }

  static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  Optional<String> header(String name) {
    return headers.getOrDefault(name, List.of()).stream().findFirst();
  }

  /// The media type, without its parameters.
  String type() {
    return header("content-type").orElse("").split(";", 2)[0].strip();
  }

  @Override
  public String toString() {
    return method + " " + path + " answered " + status;
  }
}
