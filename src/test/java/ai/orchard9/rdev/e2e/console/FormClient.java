package ai.orchard9.rdev.e2e.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/// A browser without scripts: keeps cookies, and sends forms with the token of a page.
final class FormClient {
  private static final Pattern TOKEN =
      Pattern.compile("name=\"form_token\" value=\"([A-Za-z0-9_-]+)\"");

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .cookieHandler(new CookieManager())
          .build();

  private FormClient(URI base) {
    this.base = base;
  }

  /// What came back.
  record Page(HttpResponse<String> response) {
    int status() {
      return response.statusCode();
    }

    String text() {
      return response.body();
    }

    String header(String name) {
      return response
          .headers()
          .firstValue(name)
          .orElseThrow(() -> new AssertionError("no header " + name + " in " + text()));
    }

    /// Where it leads to, as a path.
    String location() {
      var to = URI.create(header("Location"));
      return to.getRawQuery() == null ? to.getRawPath() : to.getRawPath() + "?" + to.getRawQuery();
    }

    /// What the group of a pattern finds first.
    String find(String pattern) {
      var found = Pattern.compile(pattern).matcher(text());
      assertThat(found.find()).as(pattern + " in " + text()).isTrue();
      return found.group(1);
    }
  }

  /// Somebody who is logged in by that key.
  static FormClient of(ServerProcess server, String key) {
    var client = new FormClient(server.uri());
    var answer = client.post("/console/login", "/console/login", "key", key);
    assertThat(answer.status()).as(answer.text()).isEqualTo(303);
    return client;
  }

  Page get(String path) {
    return send(HttpRequest.newBuilder(base.resolve(path)).GET());
  }

  /// Sends a form with the token of a page.
  ///
  /// @param from where the form is
  /// @param fields names and values by turns
  Page post(String from, String to, String... fields) {
    var page = get(from);
    var token = TOKEN.matcher(page.text());
    assertThat(token.find()).as("a form in " + page.text()).isTrue();
    return postWith(token.group(1), to, fields);
  }

  /// Sends a form with that token.
  Page postWith(String token, String to, String... fields) {
    var body = new StringJoiner("&").add("form_token=" + token);
    for (int i = 0; i < fields.length; i += 2) {
      body.add(fields[i] + "=" + URLEncoder.encode(fields[i + 1], UTF_8));
    }
    return send(
        HttpRequest.newBuilder(base.resolve(to))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body.toString())));
  }

  private Page send(HttpRequest.Builder request) {
    try {
      return new Page(
          http.send(
              request.timeout(Duration.ofSeconds(60)).header("Accept", "text/html,*/*").build(),
              BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
