package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every endpoint with every kind of key: what is answered, and what is on record afterwards.
final class GuardsTest {
  private static final String DEMO = ApiClient.DEMO;
  private static final String OTHER = "other";
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private static @Nullable ServerProcess server;
  private static final Map<Credential, String> KEYS = new LinkedHashMap<>();

  /// What may come with a request, and what it is told.
  enum Credential {
    NONE(401, "UNAUTHORIZED"),
    GARBAGE(401, "UNAUTHORIZED"),
    BAD_CHECKSUM(401, "UNAUTHORIZED"),
    UNKNOWN(401, "UNAUTHORIZED"),
    REVOKED(401, "KEY_REVOKED"),
    EXPIRED(401, "KEY_EXPIRED"),
    WRONG_ADDRESS(403, "IP_NOT_ALLOWED"),
    WRONG_SCOPE(403, "FORBIDDEN"),
    OTHER_PROJECT(404, "NOT_FOUND"),
    RIGHT(200, "");

    final int status;
    final String code;

    Credential(int status, String code) {
      this.status = status;
      this.code = code;
    }

    boolean isOnRecord() {
      return switch (this) {
        case REVOKED, EXPIRED, WRONG_ADDRESS, WRONG_SCOPE -> true;
        default -> false;
      };
    }
  }

  @BeforeAll
  static void start() {
    server =
        ServerProcess.named("guards")
            .database(TestPostgres.shared())
            .environment("TRUSTED_PROXIES", "127.0.0.1")
            .environment("CLAUDE_COMMAND", "true")
            .environment("CONCURRENT_COMMANDS", "100")
            .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1")
            .project(DEMO)
            .project(OTHER)
            .project(Endpoint.PAUSED)
            .start();
    var paused = server.admin().run("queue?action=pause&project=" + Endpoint.PAUSED);
    assertThat(paused.lines()).containsExactly("paused=" + Endpoint.PAUSED);
    KEYS.put(Credential.GARBAGE, "let me in");
    KEYS.put(Credential.BAD_CHECKSUM, made(Map.of("scopes", all())).replaceAll(".$", "-"));
    KEYS.put(Credential.UNKNOWN, unknown());
    KEYS.put(Credential.WRONG_ADDRESS, made(restricted("allowed_ips", List.of("198.51.100.0/24"))));
    KEYS.put(Credential.OTHER_PROJECT, made(restricted("project_ids", List.of(OTHER))));
    KEYS.put(
        Credential.RIGHT, made(restricted("project_ids", List.of(DEMO, OTHER, Endpoint.PAUSED))));
  }

  @AfterAll
  static void stop() {
    server().close();
  }

  static Stream<Arguments> cases() {
    return Endpoint.ALL.stream()
        .flatMap(
            endpoint ->
                Arrays.stream(Credential.values())
                    .filter(it -> it != Credential.WRONG_SCOPE || !endpoint.scope().isEmpty())
                    .map(it -> Arguments.of(endpoint, it)));
  }

  @ParameterizedTest(name = "{0} with {1}")
  @MethodSource("cases")
  void answersAndRecords(Endpoint endpoint, Credential credential) {
    var seesNothing = credential == Credential.OTHER_PROJECT && endpoint.ofProject();
    var passes =
        credential == Credential.RIGHT || (credential == Credential.OTHER_PROJECT && !seesNothing);
    var requestId = "guards-" + NUMBERS.incrementAndGet();

    var answer = call(endpoint, key(endpoint, credential), requestId);

    if (passes && !(credential == Credential.OTHER_PROJECT && isBeyondItsProjects(endpoint))) {
      assertThat(answer.status()).as(answer.text()).isEqualTo(endpoint.success());
      assertRecorded(requestId, endpoint.action(), "allowed");
    } else if (passes) {
      assertRefused(answer, 403, "FORBIDDEN");
      assertRecorded(requestId, "request.denied", "denied");
    } else {
      assertRefused(answer, credential.status, credential.code);
      assertRecorded(requestId, credential.isOnRecord() ? "request.denied" : "", "denied");
    }
    assertThat(answer.find("WWW-Authenticate").isPresent()).isEqualTo(answer.status() == 401);
  }

  /// A key of one project can give no key of another.
  private static boolean isBeyondItsProjects(Endpoint endpoint) {
    return endpoint.action().equals("key.created") || endpoint.action().equals("webhook.created");
  }

  private static void assertRefused(ApiClient.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.errorCode()).isEqualTo(code);
  }

  /// Besides what the service does by itself afterwards, as starting the command.
  private static void assertRecorded(String requestId, String action, String outcome) {
    var rows = new ArrayList<String>();
    for (JsonNode row : admin().get("/audit?limit=50").data()) {
      if (row.path("request_id").asText().equals(requestId)
          && !row.at("/actor/kind").asText().equals("system")) {
        rows.add(row.path("action").asText() + " " + row.path("outcome").asText());
      }
    }
    assertThat(rows).isEqualTo(action.isEmpty() ? List.of() : List.of(action + " " + outcome));
  }

  private static ApiClient.Answer call(Endpoint endpoint, String key, String requestId) {
    var number = NUMBERS.incrementAndGet();
    var client = new ApiClient(server().uri(), key);
    // An address of its own for each: one that fails too often is told so.
    return client.send(
        endpoint.method(),
        endpoint.path().apply(admin()),
        Optional.ofNullable(endpoint.body()),
        "X-Forwarded-For",
        "203.0." + number / 250 + "." + number % 250,
        "X-Request-Id",
        requestId);
  }

  /// Keys that have ended are made for each: those that a test revoked are.
  private static String key(Endpoint endpoint, Credential credential) {
    return switch (credential) {
      case NONE -> "";
      case REVOKED -> {
        var created = create(Map.of("scopes", all()));
        admin().send("DELETE", "/keys/" + created.path("id").asText(), Optional.empty());
        yield created.path("key").asText();
      }
      case EXPIRED -> {
        var created = create(Map.of("scopes", all(), "expires_in", "1h"));
        TestPostgres.shared()
            .execute(
                server().database(),
                "UPDATE api_keys SET created_at = now() - interval '2 hours',"
                    + " expires_at = now() - interval '1 second' WHERE id = '"
                    + created.path("id").asText()
                    + "'");
        yield created.path("key").asText();
      }
      case WRONG_SCOPE -> made(Map.of("scopes", allBut(endpoint.scope())));
      default -> Objects.requireNonNull(KEYS.get(credential));
    };
  }

  private static List<String> all() {
    return allBut("");
  }

  private static List<String> allBut(String scope) {
    return Stream.of(
            "projects:read",
            "projects:execute",
            "keys:read",
            "keys:write",
            "webhooks:read",
            "webhooks:write",
            "audit:read")
        .filter(it -> !it.equals(scope))
        .filter(it -> !(scope.equals("projects:read") && it.equals("projects:execute")))
        .toList();
  }

  private static Map<String, Object> restricted(String field, Object value) {
    return Map.of("scopes", all(), field, value);
  }

  private static JsonNode create(Map<String, ?> fields) {
    var body = new LinkedHashMap<String, Object>(fields);
    body.put("name", "guards " + NUMBERS.incrementAndGet());
    var answer = admin().post("/keys", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.data();
  }

  private static String made(Map<String, ?> fields) {
    return create(fields).path("key").asText();
  }

  /// Right in form and checksum, but no row has it.
  private static String unknown() {
    var created = create(Map.of("scopes", all()));
    TestPostgres.shared()
        .execute(
            server().database(),
            "DELETE FROM api_keys WHERE id = '" + created.path("id").asText() + "'");
    return created.path("key").asText();
  }

  private static ApiClient admin() {
    return server().client();
  }

  private static ServerProcess server() {
    return Objects.requireNonNull(server);
  }
}
