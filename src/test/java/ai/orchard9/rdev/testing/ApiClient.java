package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.contract.Contract;
import ai.orchard9.rdev.testing.contract.Seen;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/// The API as a client sees it. Every answer is held against `/openapi.json` ([Contract]).
///
/// @param base where a server answers
/// @param key sent with every call; empty: none is
public record ApiClient(URI base, String key) {
  /// The project that a local server makes by itself.
  public static final String DEMO = "demo";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> ENDS = Set.of("completed", "failed", "cancelled");
  private static final HttpClient HTTP =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /// What came back.
  public record Answer(HttpResponse<byte[]> response) {
    /// The status.
    public int status() {
      return response.statusCode();
    }

    /// The body as it came.
    public byte[] body() {
      return response.body();
    }

    /// The body as text.
    public String text() {
      return new String(body(), UTF_8);
    }

    /// The body as JSON.
    public JsonNode json() {
      return parse(text());
    }

    /// What a successful answer carries.
    public JsonNode data() {
      return json().path("data");
    }

    /// The code of an error.
    public String errorCode() {
      return json().path("error").path("code").asText();
    }

    /// A header that may be there.
    public Optional<String> find(String name) {
      return response.headers().firstValue(name);
    }

    /// A header that must be there.
    public String header(String name) {
      return find(name).orElseThrow(() -> new AssertionError("no header " + name));
    }
  }

  /// Reads.
  public Answer get(String path, String... headers) {
    return send(request(path, headers).GET());
  }

  /// Deletes.
  public Answer delete(String path, String... headers) {
    return send(request(path, headers).DELETE());
  }

  /// Sends a JSON object, given as maps and lists.
  public Answer post(String path, Object body, String... headers) {
    return postText(path, write(body), headers);
  }

  /// Sends a body as it is.
  public Answer postText(String path, String body, String... headers) {
    return postBytes(path, body.getBytes(UTF_8), headers);
  }

  /// Sends a body as it is.
  public Answer postBytes(String path, byte[] body, String... headers) {
    var request = request(path, headers);
    if (List.of(headers).stream().noneMatch("Content-Type"::equalsIgnoreCase)) {
      request.header("Content-Type", "application/json");
    }
    return send(request.POST(BodyPublishers.ofByteArray(body)));
  }

  /// Sends whatever; the body, where there is one, as JSON.
  public Answer send(String method, String path, Optional<?> body, String... headers) {
    var request = request(path, headers);
    if (body.isPresent()) {
      request.header("Content-Type", "application/json");
    }
    return send(
        request.method(
            method,
            body.map(it -> BodyPublishers.ofString(write(it))).orElse(BodyPublishers.noBody())));
  }

  private HttpRequest.Builder request(String path, String... headers) {
    var request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(60));
    if (!key.isEmpty() && List.of(headers).stream().noneMatch("X-API-Key"::equalsIgnoreCase)) {
      request.header("X-API-Key", key);
    }
    return headers.length == 0 ? request : request.headers(headers);
  }

  private static Answer send(HttpRequest.Builder request) {
    var sent = request.build();
    try {
      var answer = HTTP.send(sent, BodyHandlers.ofByteArray());
      Contract.check(Seen.of(sent, answer));
      return new Answer(answer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Reads JSON.
  public static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  static String write(Object body) {
    try {
      return JSON.writeValueAsString(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Queues a shell command in the demo project.
  ///
  /// @return its id
  public String shell(String script) {
    return shell(Map.of("command", script));
  }

  /// Queues a shell command with more fields in the demo project.
  ///
  /// @return its id
  public String shell(Map<String, ?> body) {
    var answer = post("/projects/" + DEMO + "/shell", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer.data().path("id").asText();
  }

  /// Runs a shell command in the demo project and waits for its end.
  public JsonNode run(String script) {
    return run(Map.of("command", script));
  }

  /// Runs a shell command with more fields in the demo project and waits for its end.
  public JsonNode run(Map<String, ?> body) {
    return awaitEnd(shell(body), Duration.ofSeconds(60));
  }

  /// A command's record.
  public JsonNode command(String id) {
    var answer = get("/commands/" + id);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.data();
  }

  /// Waits until a command runs.
  public JsonNode awaitRunning(String id) {
    return await("running " + id)
        .atMost(Duration.ofSeconds(30))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> command(id), it -> !"pending".equals(it.path("status").asText()));
  }

  /// Waits until a command has ended, whatever happens to the server meanwhile.
  public JsonNode awaitEnd(String id, Duration within) {
    var last = new AtomicReference<>("nothing");
    return await("end of " + id)
        .atMost(within)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(25))
        .conditionEvaluationListener(
            it -> {
              if (it.getRemainingTimeInMS() <= 0) {
                throw new AssertionError("no end of " + id + " within " + within + ": " + last);
              }
            })
        .until(
            () -> {
              try {
                var answer = get("/commands/" + id);
                last.set(answer.text());
                return answer.data();
              } catch (UncheckedIOException e) {
                last.set(String.valueOf(e.getMessage()));
                return JSON.missingNode();
              }
            },
            it -> ENDS.contains(it.path("status").asText()));
  }

  /// What a command has printed, both streams in the order recorded.
  public byte[] output(String id) {
    return read("/commands/" + id + "/output");
  }

  /// What a command has printed into one of its streams.
  public byte[] output(String id, String stream) {
    return read("/commands/" + id + "/output?stream=" + stream);
  }

  private byte[] read(String path) {
    var answer = get(path);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.body();
  }

  /// Follows a command from its beginning.
  public SseClient events(String id) {
    return SseClient.get(base, key, "/commands/" + id + "/events");
  }

  /// Follows a command from after an event.
  public SseClient events(String id, long lastEventId) {
    return SseClient.get(
        base, key, "/commands/" + id + "/events", "Last-Event-ID", Long.toString(lastEventId));
  }
}
