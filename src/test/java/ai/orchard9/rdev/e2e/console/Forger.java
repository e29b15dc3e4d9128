package ai.orchard9.rdev.e2e.console;

import ai.orchard9.rdev.testing.browser.Form;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.openqa.selenium.Cookie;

/// Sends what a browser would, with the cookies that a browser has, without being one. Redirects
/// are not followed.
///
/// @param cookies of somebody's session
record Forger(Set<Cookie> cookies) {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  Forger {
    cookies = Set.copyOf(cookies);
  }

  static Forger with(Collection<Cookie> cookies) {
    return new Forger(Set.copyOf(cookies));
  }

  /// Asks for a page.
  HttpResponse<String> get(URI page) {
    return send(HttpRequest.newBuilder(page));
  }

  /// Sends a form as from the page that it is on.
  HttpResponse<String> post(Form form) {
    return post(form, form.action().resolve("/").toString().replaceAll("/$", ""));
  }

  /// Sends a form as from a page of another site.
  HttpResponse<String> post(Form form, String origin) {
    return send(
        HttpRequest.newBuilder(form.action())
            .header("Origin", origin)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form.encoded())));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    if (!cookies.isEmpty()) {
      request.header(
          "Cookie",
          cookies.stream()
              .map(it -> it.getName() + "=" + it.getValue())
              .collect(Collectors.joining("; ")));
    }
    try {
      return HTTP.send(
          request.header("Accept", "text/html").timeout(Duration.ofSeconds(20)).build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
