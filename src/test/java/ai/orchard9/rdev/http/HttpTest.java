package ai.orchard9.rdev.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.configuration.ResourceConfigurationSourceProvider;
import io.dropwizard.core.Configuration;
import io.dropwizard.testing.junit5.DropwizardAppExtension;
import io.dropwizard.testing.junit5.DropwizardExtensionsSupport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every error that framework and server can make, through a real Jetty.
@ExtendWith(DropwizardExtensionsSupport.class)
final class HttpTest {

  private static final DropwizardAppExtension<Configuration> APP =
      new DropwizardAppExtension<>(
          SampleApplication.class, "http-test.yml", new ResourceConfigurationSourceProvider());
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FOUR_MIB = 4 << 20;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void saysWhenToComeBackWhereTheServerItselfIsNotAvailable() throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + APP.getLocalPort() + "/down"));

    var response = client.send(request.build(), BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
    assertThat(response.headers().firstValue("Cache-Control")).isEmpty();
    assertThat(response.body()).contains("\"SERVICE_UNAVAILABLE\"");
  }

  @Test
  void wrapsSuccessWithRequestIdAndTimestamp() throws Exception {
    var response = post("{\"name\":\"x\",\"at\":\"2026-01-01T02:00:00.1239+02:00\"}");

    assertThat(response.statusCode()).isEqualTo(200);
    var id = response.headers().firstValue("X-Request-Id").orElseThrow();
    assertThat(response.body())
        .isEqualTo(
            "{\"data\":{\"name\":\"x\",\"timeout_seconds\":null,\"enabled\":null,\"size\":null,"
                + "\"args\":null,\"environment\":null,\"parts\":null,"
                + "\"at\":\"2026-01-01T00:00:00.123Z\"},"
                + "\"meta\":{\"request_id\":\""
                + id
                + "\",\"timestamp\":\"2026-01-02T03:04:05.678Z\"}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"name\":\"x\",\"nope\":1} | nope | is not a known field",
        "{\"name\":\"x\",\"parts\":[{\"part_name\":\"a\",\"no\":1}]} | parts[0].no | is not a known"
            + " field",
        "{\"name\":5} | name | must be a string",
        "{\"name\":\"x\",\"timeout_seconds\":\"5\"} | timeout_seconds | must be an integer of 32"
            + " bits",
        "{\"name\":\"x\",\"timeout_seconds\":5.0} | timeout_seconds | must be an integer of 32"
            + " bits",
        "{\"name\":\"x\",\"timeout_seconds\":99999999999} | timeout_seconds | must be an integer of"
            + " 32 bits",
        "{\"name\":\"x\",\"timeout_seconds\":[5]} | timeout_seconds | must be an integer of 32"
            + " bits",
        "{\"name\":\"x\",\"enabled\":\"true\"} | enabled | must be true or false",
        "{\"name\":\"x\",\"enabled\":1} | enabled | must be true or false",
        "{\"name\":\"x\",\"size\":\"HUGE\"} | size | must be one of SMALL, LARGE",
        "{\"name\":\"x\",\"size\":0} | size | must be one of SMALL, LARGE",
        "{\"name\":\"x\",\"args\":\"a\"} | args | must be an array",
        "{\"name\":\"x\",\"args\":[\"a\",1]} | args[1] | must be a string",
        "{\"name\":\"x\",\"args\":[\"\\u0000\"]} | args[0] | must not contain NUL",
        "{\"name\":\"\\ud800\"} | name | must be valid Unicode",
        "{\"name\":\"x\",\"environment\":{\"A\":1}} | environment.A | must be a string",
        "{\"name\":\"x\",\"at\":\"today\"} | at | must be a time as 2026-01-02T03:04:05.678Z",
        "{\"name\":\"x\",\"name\":\"y\"} | name | is given twice",
        "{\"name\":nul} | name | is not valid JSON (line 1, column 9)",
        "{} | name | must not be null",
        "{\"name\":\"x\",\"timeout_seconds\":11} | timeout_seconds | must be less than or equal to"
            + " 10",
        "{\"name\":\"x\",\"parts\":[{}]} | parts[0].part_name | must not be null",
      })
  void namesTheFieldAtFault(String body, String field, String message) throws Exception {
    var response = post(body);

    var error = error(response, 400, "BAD_REQUEST");
    assertThat(error.at("/details/0/field").asText()).isEqualTo(field);
    assertThat(error.at("/details/0/message").asText()).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "",
        "null",
        "[]",
        "5",
        "\"x\"",
        "{\"name\":\"x\"} {}",
        "{\"name\":\"x\"}]",
        "{,}"
      })
  void refusesWhatIsNoJsonObject(String body) throws Exception {
    error(post(body), 400, "BAD_REQUEST");
  }

  @Test
  void refusesDeepNesting() throws Exception {
    error(post("{\"nope\":" + "[".repeat(100_000)), 400, "BAD_REQUEST");
  }

  @Test
  void takesNoBodyWhereItIsOptional() throws Exception {
    var response = send(request("/things/optional").POST(BodyPublishers.noBody()));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(response.body()).at("/data").asBoolean()).isFalse();
  }

  @Test
  void refusesAnnouncedLargeBodies() throws Exception {
    error(post("{\"name\":\"" + "x".repeat(FOUR_MIB) + "\"}"), 413, "PAYLOAD_TOO_LARGE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"keep-alive", "close"})
  void readsOffBodiesItAnsweredBeforeTheirEnd(String connection) throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), APP.getLocalPort())) {
      socket.setSoTimeout(10_000);
      var output = socket.getOutputStream();
      var head =
          lines(
              "POST /things HTTP/1.1",
              "Host: x",
              "Connection: " + connection,
              "Content-Length: " + (FOUR_MIB + 1),
              "",
              "");
      // Jetty looks at a request once the first byte of its body is there.
      output.write((head + "{").getBytes(UTF_8));
      var first = (char) socket.getInputStream().read();

      for (int mib = 0; mib < 4; mib++) {
        output.write(new byte[FOUR_MIB / 4]);
      }
      if (connection.equals("keep-alive")) {
        output.write(
            lines("GET /nothing HTTP/1.1", "Host: x", "Connection: close", "", "").getBytes(UTF_8));
      }

      var answer = first + new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 413 ").contains("PAYLOAD_TOO_LARGE");
      if (connection.equals("keep-alive")) {
        assertThat(answer).contains("HTTP/1.1 404 ");
      }
    }
  }

  @Test
  void refusesLargeChunkedBodies() throws Exception {
    var bytes = ("{\"name\":\"" + "x".repeat(FOUR_MIB) + "\"}").getBytes(UTF_8);
    var body = BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(bytes));

    error(
        send(request("/things").header("Content-Type", "application/json").POST(body)),
        413,
        "PAYLOAD_TOO_LARGE");
  }

  @Test
  void refusesBodiesThatInflateToLargeOnes() throws Exception {
    var zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(("{\"name\":\"" + "x".repeat(FOUR_MIB) + "\"}").getBytes(UTF_8));
    }

    error(
        send(
            request("/things")
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(zipped.toByteArray()))),
        413,
        "PAYLOAD_TOO_LARGE");
  }

  @Test
  void takesABodyOfJustFourMebibytes() throws Exception {
    var frame = "{\"name\":\"\"}".length();

    var response = post("{\"name\":\"" + "x".repeat(FOUR_MIB - frame) + "\"}");

    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void answers404ForUnknownPaths() throws Exception {
    error(send(request("/nowhere").GET()), 404, "NOT_FOUND");
  }

  @Test
  void answers405WithAllow() throws Exception {
    var response = send(request("/things").DELETE());

    error(response, 405, "METHOD_NOT_ALLOWED");
    assertThat(response.headers().firstValue("Allow").orElseThrow())
        .contains("GET")
        .contains("POST");
  }

  @Test
  void answers406InJson() throws Exception {
    error(send(request("/things").header("Accept", "text/html").GET()), 406, "NOT_ACCEPTABLE");
  }

  @Test
  void answers415() throws Exception {
    error(
        send(
            request("/things")
                .header("Content-Type", "text/plain")
                .POST(BodyPublishers.ofString("x"))),
        415,
        "UNSUPPORTED_MEDIA_TYPE");
  }

  @Test
  void answers500WithoutInternals() throws Exception {
    var response = send(request("/things/crash").GET());

    error(response, 500, "INTERNAL_ERROR");
    assertThat(response.body()).doesNotContain("secret");
  }

  @Test
  void answers503WithRetryAfterForWhatOtherRoomsTranslate() throws Exception {
    var response = send(request("/things/away").GET());

    error(response, 503, "SERVICE_UNAVAILABLE");
    assertThat(response.headers().firstValue("Retry-After")).contains("1");
  }

  @Test
  void namesQueryParametersAtFault() throws Exception {
    var malformed = error(send(request("/things/number?n=x").GET()), 400, "BAD_REQUEST");
    var tooLarge = error(send(request("/things/number?n=6").GET()), 400, "BAD_REQUEST");

    assertThat(malformed.at("/details/0/field").asText()).isEqualTo("n");
    assertThat(tooLarge.at("/details/0/field").asText()).isEqualTo("n");
  }

  @Test
  void challengesWithoutKey() throws Exception {
    var response = send(HttpRequest.newBuilder(uri("/things")).GET());

    error(response, 401, "UNAUTHORIZED");
    assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"rdev\"");
  }

  @Test
  void tellsWhyAKeyIsRefused() throws Exception {
    var revoked = HttpRequest.newBuilder(uri("/things")).header("X-API-Key", "revoked").GET();
    var busy = HttpRequest.newBuilder(uri("/things")).header("X-API-Key", "busy").GET();

    error(send(revoked), 401, "KEY_REVOKED");
    var limited = send(busy);
    error(limited, 429, "TOO_MANY_REQUESTS");
    assertThat(limited.headers().firstValue("Retry-After")).contains("2");
  }

  @Test
  void namesTheScopeThatIsMissing() throws Exception {
    var error = error(send(request("/things/audit").GET()), 403, "FORBIDDEN");

    assertThat(error.at("/message").asText()).contains("audit:read");
  }

  @Test
  void handsCallerAndContextToResources() throws Exception {
    var response =
        send(
            HttpRequest.newBuilder(uri("/things/who"))
                .header("Authorization", "bearer good")
                .header("X-Request-Id", "own.id_1-")
                .header("X-Forwarded-For", "spoofed, 9.9.9.9")
                .GET());

    assertThat(JSON.readTree(response.body()).at("/data").toString())
        .isEqualTo("[\"good\",\"own.id_1-\",\"9.9.9.9\"]");
    assertThat(response.headers().firstValue("X-Request-Id")).contains("own.id_1-");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "<x>", "ü"})
  void replacesUnfitRequestIds(String id) throws Exception {
    var answer =
        raw("GET /nowhere HTTP/1.1", "Host: x", "X-Request-Id: " + id, "Connection: close", "", "");

    assertThat(answer).containsPattern("X-Request-Id: req-[0-9a-f]{24}\r\n");
  }

  @Test
  void pagesThroughAList() throws Exception {
    var first = JSON.readTree(send(request("/things?foo=bar").GET()).body());
    var cursor = first.at("/meta/next_cursor").asText();
    var second = JSON.readTree(send(request("/things?limit=200&cursor=" + cursor).GET()).body());

    assertThat(first.at("/data").size()).isEqualTo(50);
    assertThat(second.at("/data/0").asInt()).isEqualTo(51);
    assertThat(second.at("/data").size()).isEqualTo(70);
    assertThat(second.at("/meta/next_cursor").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0,limit",
    "limit=201,limit",
    "limit=x,limit",
    "limit=,limit",
    "cursor=x,cursor",
    "cursor=dGhpbmdzHzk%3D,cursor",
    "cursor=b3RoZXJzHzk,cursor",
    "cursor=dGhpbmdzH3g,cursor"
  })
  void refusesBadPages(String query, String field) throws Exception {
    var error = error(send(request("/things?" + query).GET()), 400, "BAD_REQUEST");

    assertThat(error.at("/details/0/field").asText()).isEqualTo(field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /%zz HTTP/1.1 | 400",
        "GET /a/..%2fb HTTP/1.1 | 400",
        "GET /%00 HTTP/1.1 | 400",
        "G=T / HTTP/1.1 | 400",
        "GET / HTTP/9.9 | 505",
        "nonsense | 400",
      })
  void answersMalformedRequestLinesInTheOneShape(String line, int status) throws Exception {
    var answer = raw(line, "Host: x", "Connection: close", "", "");

    assertRawError(answer, status);
  }

  @Test
  void answersHeadersTooLargeInTheOneShape() throws Exception {
    assertRawError(raw("GET / HTTP/1.1", "Host: x", "X-Big: " + "x".repeat(100_000), "", ""), 431);
  }

  @Test
  void answersAmbiguousFramingInTheOneShape() throws Exception {
    assertRawError(
        raw(
            "POST /things HTTP/1.1",
            "Host: x",
            "Content-Length: 5",
            "Content-Length: 6",
            "",
            "hello"),
        400);
    assertRawError(raw("GET /things HTTP/1.1", "", ""), 400);
  }

  private static void assertRawError(String answer, int status) throws IOException {
    assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    assertThat(answer).contains("X-Request-Id: ").contains("application/json");
    var body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    var json = JSON.readTree(body.substring(body.indexOf('{'), body.lastIndexOf('}') + 1));
    assertThat(json.at("/error/code").asText()).isNotEmpty();
    assertThat(json.at("/meta/request_id").asText()).isNotEmpty();
    assertThat(json.at("/meta/timestamp").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
  }

  private static JsonNode error(HttpResponse<String> response, int status, String code)
      throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    var json = JSON.readTree(response.body());
    assertThat(json.at("/error/code").asText()).isEqualTo(code);
    assertThat(json.at("/error/message").asText()).isNotEmpty();
    assertThat(json.at("/meta/request_id").asText())
        .isEqualTo(response.headers().firstValue("X-Request-Id").orElseThrow());
    assertThat(json.at("/meta/timestamp").asText()).isEqualTo("2026-01-02T03:04:05.678Z");
    return json.at("/error");
  }

  private HttpResponse<String> post(String body) throws Exception {
    return send(
        request("/things")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).header("X-API-Key", "good");
  }

  private static URI uri(String path) {
    return URI.create("http://127.0.0.1:" + APP.getLocalPort() + path);
  }

  private static String raw(String... lines) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), APP.getLocalPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(lines(lines).getBytes(UTF_8));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines);
  }
}
