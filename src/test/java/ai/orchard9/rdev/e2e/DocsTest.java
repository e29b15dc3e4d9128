package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.contract.Contract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is served of the description, to anybody.
final class DocsTest {
  private final ApiClient stranger = new ApiClient(SharedServer.get().uri(), "");

  @Test
  void servesTheDocumentThatTestsGoBy() {
    var answer =
        stranger.get("/openapi.json", "Accept", "text/html", "Origin", "https://evil.test");

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
    assertThat(answer.json()).isEqualTo(Contract.document());
    assertThat(answer.find("Access-Control-Allow-Origin")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/openapi.json", "/docs", "/docs/", "/docs/swagger-ui-bundle.js"})
  void sendsWhatABrowserHasOnlyOnce(String path) {
    var first = stranger.get(path);
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("Cache-Control")).isEqualTo("no-cache");

    var again = stranger.get(path, "If-None-Match", first.header("ETag"));

    assertThat(again.status()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(again.header("ETag")).isEqualTo(first.header("ETag"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/openapi.json", "/docs", "/docs/docs.js", "/docs/swagger-ui.css"})
  void saysWhatBrowsersMayDoWithIt(String path) {
    var answer = stranger.get(path);

    assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
    assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(answer.header("Content-Security-Policy"))
        .startsWith("default-src 'none';")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe", "http", "*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/docs/nothing",
        "/docs/swagger-initializer.js",
        "/docs/../config.yml",
        "/docs/%2e%2e/openapi/answers.yaml",
        "/docs/..%2fopenapi%2fanswers.yaml",
      })
  void servesNothingElse(String path) {
    var answer = stranger.get(path);

    assertThat(answer.status()).as(answer.text()).isIn(400, 404);
    assertThat(answer.errorCode()).isIn("BAD_REQUEST", "NOT_FOUND");
  }
}
