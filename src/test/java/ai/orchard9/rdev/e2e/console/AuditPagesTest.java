package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// The record, as the console shows it.
final class AuditPagesTest {
  private static final ServerProcess SERVER = ConsoleServer.get();

  private final ApiClient api = SERVER.client();
  private final ConsoleClient browser = ConsoleClient.logIn(SERVER.uri(), ServerProcess.KEY);

  @Test
  void findsWhatIsAskedForAndLinksToIt() {
    var command = api.run("exit 3").path("id").asText();
    var other = api.run("true").path("id").asText();

    var page =
        browser.get("/console/audit?action=command.finished&outcome=failed&project=demo&actor=");

    assertThat(page.status()).isEqualTo(200);
    assertThat(page.html())
        .contains("href=\"/console/commands/" + command + "\"", "badge failed", "exit_code")
        .doesNotContain(other, "command.submitted");
    assertThat(browser.get("/console/audit?since=2199-01-01").html()).contains("on record");
    assertThat(browser.get("/console/audit?until=2199-01-01T12:00").html()).contains(command);
  }

  @Test
  void namesTheFieldThatIsWrong() {
    var page = browser.get("/console/audit?since=yesterday");

    assertThat(page.status()).isEqualTo(400);
    assertThat(page.html()).contains("<code>since</code>");
  }

  @Test
  void pagesThroughWhatWasFiltered() {
    api.run("true");
    api.run("true");
    var first = browser.get("/console/audit?action=command.started&limit=1");
    var next = first.find("rel=\"next\" href=\"([^\"]+)\"").replace("&amp;", "&");

    var second = browser.get(next);

    assertThat(next).contains("action=command.started", "limit=1", "cursor=");
    assertThat(targets(first)).hasSize(1);
    assertThat(targets(second)).hasSize(1).doesNotContainAnyElementsOf(targets(first));
  }

  private static List<String> targets(ConsoleClient.Shown page) {
    return Pattern.compile("href=\"/console/commands/([^\"]+)\"")
        .matcher(page.html())
        .results()
        .map(it -> it.group(1))
        .toList();
  }

  @Test
  void exportsWhatTheApiExports() {
    api.run("true");
    awaitSeals();
    var page = browser.get("/console/audit?action=command.finished&project=demo");

    var saved =
        browser.get(page.find("href=\"(/console/audit/export[^\"]+)\"").replace("&amp;", "&"));

    var exported =
        api.get("/audit?action=command.finished&project=demo", "Accept", "application/x-ndjson");
    assertThat(saved.header("Content-Disposition"))
        .isEqualTo("attachment; filename=\"audit.ndjson\"");
    assertThat(saved.header("Content-Type")).isEqualTo(exported.header("Content-Type"));
    assertThat(saved.html()).isNotEmpty().isEqualTo(exported.text());
  }

  @Test
  void verifiesTheRecord() {
    api.run("true");
    awaitSeals();
    var head =
        browser.get("/console/audit").find("Newest seal</dt><dd class=\"mono\">([0-9a-f]{64})<");

    var whole = browser.postFrom("/console/audit", "/console/audit/verify", "head", "");
    var noted = browser.postFrom("/console/audit", "/console/audit/verify", "head", head);
    var cut = browser.postFrom("/console/audit", "/console/audit/verify", "head", "1".repeat(64));

    assertThat(whole.html()).contains("The record is whole", "badge ok");
    assertThat(noted.html()).contains("The record is whole", head);
    assertThat(cut.html()).contains("The record is broken", "badge bad");
    assertThat(browser.postFrom("/console/audit", "/console/audit/verify", "head", "x").status())
        .isEqualTo(400);
  }

  private void awaitSeals() {
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(browser.get("/console/audit").html())
                    .contains("Waiting for a seal</dt><dd>0<"));
  }

  @Test
  void isNotForKeysThatMayNotReadIt() {
    var key =
        api.post("/keys", Map.of("name", "reader", "scopes", List.of("projects:read")))
            .data()
            .path("key")
            .asText();
    var reader = ConsoleClient.logIn(SERVER.uri(), key);

    assertThat(reader.get("/console/audit").status()).isEqualTo(403);
    assertThat(reader.get("/console/audit/export").status()).isEqualTo(403);
    assertThat(reader.postFrom("/console/projects", "/console/audit/verify").status())
        .isEqualTo(403);
  }
}
