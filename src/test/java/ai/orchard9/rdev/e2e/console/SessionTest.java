package ai.orchard9.rdev.e2e.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Sessions on two servers, of which one is behind a proxy.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SessionTest {
  private static final Pattern TOKEN = Pattern.compile("name=\"form_token\" value=\"([^\"]+)\"");
  private static final int MOST_FAILURES = 20;

  private final HttpClient http = HttpClient.newHttpClient();
  private ServerProcess plain;
  private ServerProcess proxied;

  @BeforeAll
  void start() {
    var settings = ServerProcess.named("sessions").database(TestPostgres.shared());
    plain = settings.start();
    proxied = settings.twin().environment("TRUSTED_PROXIES", "127.0.0.1").start();
  }

  @AfterAll
  void stop() {
    proxied.close();
    plain.close();
  }

  @Test
  void haveACookieForHttpsOnlyWhereATrustedProxySaysSo() throws Exception {
    assertThat(sessionCookie(proxied, "https"))
        .startsWith("__Host-rdev_session=")
        .containsIgnoringCase(";Secure")
        .containsIgnoringCase(";HttpOnly")
        .containsIgnoringCase(";SameSite=Strict")
        .containsIgnoringCase(";Path=/")
        .doesNotContainIgnoringCase("Domain=");
    assertThat(sessionCookie(proxied, "http"))
        .startsWith("rdev_session=")
        .doesNotContainIgnoringCase(";Secure");
  }

  @Test
  void haveAPlainOneWhateverAStrangerSays() throws Exception {
    assertThat(sessionCookie(plain, "https"))
        .startsWith("rdev_session=")
        .doesNotContainIgnoringCase(";Secure");
  }

  @Test
  void holdOnEveryServerAndEndOnEvery() {
    var here = ConsoleClient.logIn(plain.uri(), ServerProcess.KEY);
    var there = here.at(proxied.uri());
    assertThat(there.get("/console").status()).isEqualTo(200);

    assertThat(there.post("/console/logout").status()).isEqualTo(303);

    assertThat(here.get("/console").location()).startsWith("/console/login?next=");
  }

  @Test
  void endAfterEightHours() {
    var console = ConsoleClient.logIn(plain.uri(), ServerProcess.KEY);
    var lives = "SELECT extract(epoch FROM max(expires_at) - now()) FROM console_sessions";
    assertThat(TestPostgres.shared().number(plain.database(), lives))
        .isBetween(8 * 3600L - 60, 8 * 3600L);

    TestPostgres.shared()
        .execute(plain.database(), "UPDATE console_sessions SET expires_at = clock_timestamp()");

    assertThat(console.get("/console/keys").location())
        .isEqualTo("/console/login?next=%2Fconsole%2Fkeys");
  }

  @Test
  void areRefusedToAnAddressThatGuessesButNotToAKeyFromThere() throws Exception {
    var guesser = "203.0.113.9";
    for (int i = 0; i < MOST_FAILURES; i++) {
      assertThat(logIn(proxied, "rdev_guess_number_" + i, "X-Forwarded-For", guesser).statusCode())
          .isEqualTo(401);
    }

    var refused = logIn(proxied, "rdev_guess_too_many", "X-Forwarded-For", guesser);

    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElseThrow()).isBetween(1L, 60L);
    assertThat(refused.body()).contains("<form", "role=\"alert\"").doesNotContain("rdev_guess");
    assertThat(logIn(proxied, "rdev_elsewhere", "X-Forwarded-For", "203.0.113.10").statusCode())
        .isEqualTo(401);
    assertThat(logIn(proxied, ServerProcess.KEY, "X-Forwarded-For", guesser).statusCode())
        .isEqualTo(303);
  }

  /// What a login sets.
  private String sessionCookie(ServerProcess server, String protocol) throws Exception {
    var answer = logIn(server, ServerProcess.KEY, "X-Forwarded-Proto", protocol);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
    return sessionCookies(answer).getFirst();
  }

  private HttpResponse<String> logIn(ServerProcess server, String key, String... headers)
      throws Exception {
    var login = server.uri().resolve("/console/login");
    var page = send(HttpRequest.newBuilder(login).headers(headers));
    var cookie = page.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
    var token = TOKEN.matcher(page.body());
    assertThat(token.find()).isTrue();
    var form = "form_token=" + token.group(1) + "&key=" + URLEncoder.encode(key, UTF_8);
    return send(
        HttpRequest.newBuilder(login)
            .headers(headers)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Cookie", cookie)
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  private static List<String> sessionCookies(HttpResponse<String> answer) {
    return answer.headers().allValues("Set-Cookie").stream()
        .filter(it -> it.contains("rdev_session="))
        .toList();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
