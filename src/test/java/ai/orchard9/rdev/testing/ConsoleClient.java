package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Arrays;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/// The console as a browser without scripts sees it: it keeps cookies, and sends forms of pages
/// that it has fetched. Redirects are not followed.
public final class ConsoleClient {
  private static final Pattern TOKEN = Pattern.compile("name=\"form_token\" value=\"([^\"]+)\"");

  private final URI base;
  private final HttpClient http;

  private ConsoleClient(URI base, HttpClient http) {
    this.base = base;
    this.http = http;
  }

  /// A page.
  public record Shown(HttpResponse<String> response) {
    /// The status.
    public int status() {
      return response.statusCode();
    }

    /// The page as it came.
    public String html() {
      return response.body();
    }

    /// A header that must be there.
    public String header(String name) {
      return response
          .headers()
          .firstValue(name)
          .orElseThrow(() -> new AssertionError("no header " + name));
    }

    /// The path that it leads on to, with its query.
    public String location() {
      return header("Location").replaceFirst("^https?://[^/]+", "");
    }

    /// What the group of a pattern finds first.
    public String find(String pattern) {
      var found = Pattern.compile(pattern).matcher(html());
      assertThat(found.find()).as(pattern + " in " + html()).isTrue();
      return found.group(1);
    }

    /// The row of a table that has such a text in it.
    public String row(String text) {
      return Arrays.stream(html().split("<tr>"))
          .skip(1)
          .map(it -> it.split("</tr>", 2)[0])
          .filter(it -> it.contains(text))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no row " + text + " in " + html()));
    }
  }

  /// Somebody who is logged in.
  public static ConsoleClient logIn(URI base, String key) {
    var client =
        new ConsoleClient(
            base,
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .cookieHandler(new CookieManager())
                .connectTimeout(Duration.ofSeconds(5))
                .build());
    var answer = client.postFrom("/console/login", "/console/login", "key", key);
    assertThat(answer.status()).as(answer.html()).isEqualTo(303);
    return client;
  }

  /// The same one, with the same cookies, at another server of this host.
  public ConsoleClient at(URI other) {
    return new ConsoleClient(other, http);
  }

  /// Looks at a page.
  public Shown get(String path) {
    return send(HttpRequest.newBuilder(base.resolve(path)));
  }

  /// Sends a form with the token of the overview.
  ///
  /// @param fields names and values in turn; a name may come several times
  public Shown post(String path, String... fields) {
    return postFrom("/console", path, fields);
  }

  /// Sends a form with the token of the page that it is on.
  ///
  /// @param fields names and values in turn; a name may come several times
  public Shown postFrom(String page, String path, String... fields) {
    var shown = get(page).html();
    var token = TOKEN.matcher(shown);
    assertThat(token.find()).as(shown).isTrue();
    var all = Arrays.copyOf(fields, fields.length + 2);
    all[fields.length] = "form_token";
    all[fields.length + 1] = token.group(1);
    return postAsIs(path, all);
  }

  /// Sends these fields and nothing else.
  public Shown postAsIs(String path, String... fields) {
    var pairs = new StringJoiner("&");
    for (int i = 0; i < fields.length; i += 2) {
      pairs.add(
          URLEncoder.encode(fields[i], UTF_8) + "=" + URLEncoder.encode(fields[i + 1], UTF_8));
    }
    return send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(pairs.toString())));
  }

  private Shown send(HttpRequest.Builder request) {
    try {
      return new Shown(
          http.send(
              request
                  .header("Accept", "text/html,*/*;q=0.8")
                  .timeout(Duration.ofSeconds(60))
                  .build(),
              BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
