package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The page of the limits, without a browser.
final class LimitPagesTest {
  private static final String PAGE = "/console/limits";

  private final ServerProcess server = ConsoleServer.get();
  private final ApiClient api = server.client();
  private final ConsoleClient admin = ConsoleClient.logIn(server.uri(), ServerProcess.KEY);

  @AfterEach
  void reset() {
    server.admin().run("limits?reset=true");
  }

  @Test
  void showsWhatOperatorsChangedAndUntilWhen() {
    assertThat(admin.get(PAGE).row("concurrent_commands"))
        .contains("<td class=\"num\">8</td>")
        .doesNotContain("operator");

    server.admin().run("limits?concurrent_commands=3&for=30m");
    server.admin().run("limits?cache_ttl=5s");

    var page = admin.get(PAGE);
    assertThat(page.row("concurrent_commands"))
        .contains(">3<", "<td class=\"num\">8</td>", "operator", "<time")
        .doesNotContain("reset");
    assertThat(page.row("cache_ttl")).contains(">5s<", "operator", "reset");
    assertThat(page.html())
        .contains("curl -s -X POST 'localhost:8081/tasks/limits?rate_limit_rps=20&amp;for=30m'");
  }

  @Test
  void whichKeysHaveLimitsOfTheirOwnIsForAdmins() {
    var reader = key("reader", "projects:read");
    var other = key("other", "projects:read");
    server.admin().run("limits?rate_limit_rps=2&key=" + other.path("key_prefix").asText());
    server.admin().run("limits?rate_limit_rps=50&key=" + reader.path("key_prefix").asText());

    var seen = ConsoleClient.logIn(server.uri(), reader.path("key").asText()).get(PAGE);

    assertThat(admin.get(PAGE).row(other.path("key_prefix").asText()))
        .contains("<td class=\"num\">2</td>");
    assertThat(seen.status()).isEqualTo(200);
    assertThat(seen.row("max_streams")).isNotEmpty();
    assertThat(seen.row(reader.path("key_prefix").asText())).contains("<td class=\"num\">50</td>");
    assertThat(seen.html()).doesNotContain(other.path("key_prefix").asText());
  }

  private JsonNode key(String name, String scope) {
    return api.post("/keys", Map.of("name", name, "scopes", List.of(scope))).data();
  }
}
