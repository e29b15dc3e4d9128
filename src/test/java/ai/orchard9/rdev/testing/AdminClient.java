package ai.orchard9.rdev.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/// The admin port as an operator with curl sees it.
///
/// @param base where a server's admin port is
public record AdminClient(URI base) {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /// What a task said.
  ///
  /// @param lines its lines, in order
  public record Said(int status, List<String> lines) {
    /// That it did what it was asked for, in these lines.
    public static Said ok(String... lines) {
      return new Said(200, List.of(lines));
    }

    /// It was refused, and told so in the first line, and in the last how it is called.
    ///
    /// @param error how the first line begins
    /// @param usage the last line after `usage=`
    public void assertRefused(String error, String usage) {
      assertThat(status).as(toString()).isEqualTo(400);
      assertThat(lines.getFirst()).startsWith(error);
      assertThat(lines.getLast()).isEqualTo("usage=" + usage);
    }
  }

  /// Has a task run.
  ///
  /// @param task its name, with `?` and arguments where it takes some
  public Said run(String task, String... headers) {
    return send("POST", task, headers);
  }

  /// Sends anything else to a task.
  public Said send(String method, String task, String... headers) {
    var request =
        HttpRequest.newBuilder(base.resolve("/tasks/" + task))
            .timeout(Duration.ofSeconds(30))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    var response = send(request.build(), BodyHandlers.ofString());
    return new Said(response.statusCode(), response.body().lines().toList());
  }

  /// Gets what is no task.
  ///
  /// @param path with a slash at its beginning
  public HttpResponse<byte[]> get(String path, String... headers) {
    var request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofMinutes(2));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build(), BodyHandlers.ofByteArray());
  }

  private static <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) {
    try {
      return HTTP.send(request, body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
