package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Which cookies a browser is given: told by who says that it came over https.
final class SessionCookieTest {
  private static final Pattern TOKEN = Pattern.compile("name=\"form_token\" value=\"([^\"]+)\"");

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void isForHttpsOnlyWhereATrustedProxySaysSo() throws Exception {
    var settings =
        ServerProcess.named("behind-proxy")
            .database(TestPostgres.shared())
            .environment("TRUSTED_PROXIES", "127.0.0.1");
    try (var server = settings.start()) {
      assertThat(sessionCookie(server.uri(), "https"))
          .startsWith("__Host-rdev_session=")
          .containsIgnoringCase(";Secure")
          .containsIgnoringCase(";HttpOnly")
          .containsIgnoringCase(";SameSite=Strict")
          .containsIgnoringCase(";Path=/")
          .doesNotContainIgnoringCase("Domain=");
      assertThat(sessionCookie(server.uri(), "http"))
          .startsWith("rdev_session=")
          .doesNotContainIgnoringCase(";Secure");
    }
  }

  @Test
  void isPlainWhateverAStrangerSays() throws Exception {
    assertThat(sessionCookie(ConsoleServer.uri(), "https"))
        .startsWith("rdev_session=")
        .doesNotContainIgnoringCase(";Secure");
  }

  /// What a login sets.
  private String sessionCookie(URI server, String protocol) throws Exception {
    var page = send(HttpRequest.newBuilder(server.resolve("/console/login")), protocol);
    var cookie = page.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
    var token = TOKEN.matcher(page.body());
    assertThat(token.find()).isTrue();
    var form = "form_token=" + token.group(1) + "&key=" + ServerProcess.KEY;
    var answer =
        send(
            HttpRequest.newBuilder(server.resolve("/console/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Cookie", cookie)
                .POST(HttpRequest.BodyPublishers.ofString(form)),
            protocol);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
    return sessionCookies(answer).getFirst();
  }

  private static List<String> sessionCookies(HttpResponse<String> answer) {
    return answer.headers().allValues("Set-Cookie").stream()
        .filter(it -> it.contains("rdev_session="))
        .toList();
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String protocol) throws Exception {
    return http.send(
        request.header("X-Forwarded-Proto", protocol).build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
