package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an agent reads, made, changed and deleted in the console.
final class ClaudeConfigPagesTest {
  private static final ServerProcess SERVER = ConsoleServer.get();
  private static final String LIST = "/console/projects/demo/claude-config";
  private static final String COMMANDS = LIST + "/commands";
  private static final String API = "/projects/demo/claude-config/commands";

  private final ApiClient api = SERVER.client();
  private final ConsoleClient browser = ConsoleClient.logIn(SERVER.uri(), ServerProcess.KEY);

  @BeforeEach
  @AfterEach
  void clear() {
    for (var kind : List.of("commands", "skills", "agents")) {
      var path = "/projects/demo/claude-config/" + kind;
      for (var file : api.get(path + "?limit=200").data()) {
        api.delete(path + "/" + file.path("name").asText());
      }
    }
  }

  private void put(String name, String content) {
    var answer = api.send("PUT", API + "/" + name, Optional.of(Map.of("content", content)));
    assertThat(answer.status()).as(answer.text()).isIn(200, 201);
  }

  private String content(String name) {
    return api.get(API + "/" + name).data().path("content").asText();
  }

  @Test
  void saysWhatThereCouldBeAndHowToMakeIt() {
    assertThat(browser.get("/console/projects/demo").html()).contains("href=\"" + LIST + "\"");

    var page = browser.get(LIST).html();

    assertThat(page).contains("No commands.", "No skills.", "No agents.", "href=\"#create\"");
    assertThat(page).contains(".claude/skills/NAME/SKILL.md");
    assertThat(browser.get("/console/projects/nowhere/claude-config").status()).isEqualTo(404);
  }

  @Test
  void makesOneAndShowsIt() {
    var made =
        browser.postFrom(
            LIST, LIST, "kind", "commands", "name", " review ", "text", "Look.\r\nAgain.\r\n");

    assertThat(made.status()).as(made.html()).isEqualTo(303);
    assertThat(made.location()).isEqualTo(COMMANDS + "/review?notice=config_written");
    assertThat(content("review")).isEqualTo("Look.\nAgain.\n");
    var page = browser.get(COMMANDS + "/review").html();
    assertThat(page).contains(".claude/commands/review.md", "\nLook.\nAgain.\n</pre>", "13 B");
    assertThat(browser.get(LIST).row("review")).contains(COMMANDS + "/review", "13 B");
    assertThat(api.get("/audit?limit=1&action=claude_config.written").data().at("/0/target"))
        .asString()
        .contains("commands/review");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-bad", "", "a/b", "../a"})
  void keepsWhatWasTypedAndSaysWhatIsWrong(String name) {
    var page = browser.postFrom(LIST, LIST, "kind", "agents", "name", name, "text", "kept <b>");

    assertThat(page.status()).isEqualTo(400);
    assertThat(page.html()).contains("role=\"alert\"", "must match", "kept &lt;b&gt;</textarea>");
    assertThat(page.html()).containsPattern("value=\"agents\" selected");
  }

  @Test
  void makesNothingTwice() {
    put("there", "old");

    var page = browser.postFrom(LIST, LIST, "kind", "commands", "name", "there", "text", "new");

    assertThat(page.status()).isEqualTo(409);
    assertThat(page.html()).contains("there is a command of this name already", "new</textarea>");
    assertThat(content("there")).isEqualTo("old");
    assertThat(browser.postFrom(LIST, LIST, "kind", "x", "name", "a", "text", "b").status())
        .isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\nbegins so\n",
        "no end",
        "dos\r\nlines\r\n",
        "</textarea><script>alert(1)</script>&amp; ${7*7} [[${7*7}]] \"'",
        "\tüñ 漢字 😀"
      })
  void aFormSendsBackWhatItWasGiven(String content) {
    put("same", content);
    var shown = browser.get(COMMANDS + "/same");
    var text =
        shown
            .find("(?s)<textarea id=\"text\"[^>]*>\n(.*?)</textarea>")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");

    // As browsers send it.
    var saved = save(shown, "same", text.replace("\n", "\r\n"));

    assertThat(saved.location()).isEqualTo(COMMANDS + "/same?notice=config_written");
    assertThat(content("same")).isEqualTo(content);
    assertThat(shown.html()).doesNotContain("<script>alert");
  }

  private ConsoleClient.Shown save(ConsoleClient.Shown shown, String name, String text) {
    return browser.postFrom(
        LIST,
        COMMANDS + "/" + name,
        "was",
        shown.find("name=\"was\" value=\"([0-9a-f]{64})\""),
        "ends",
        shown.find("name=\"ends\" value=\"([a-z]*)\""),
        "text",
        text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixed\r\nends\n", "lone\rreturn", "\u001b[31m", "a\u202eb"})
  void whatAFormWouldChangeIsOnlyShown(String content) {
    put("odd", content);

    var page = browser.get(COMMANDS + "/odd");

    assertThat(page.html()).contains("by the API only").doesNotContain("<textarea", "\u202e");
    var forced = browser.postFrom(LIST, COMMANDS + "/odd", "was", "", "ends", "", "text", "x");
    assertThat(forced.status()).isEqualTo(409);
    assertThat(content("odd")).isEqualTo(content);
  }

  @Test
  void savesNothingOverWhatSomebodyElseHasWritten() {
    put("both", "first");
    var shown = browser.get(COMMANDS + "/both");
    put("both", "of somebody else");

    var refused = save(shown, "both", "mine");

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.html()).contains("changed by somebody else", "of somebody else</pre>");
    assertThat(refused.html()).contains("\nmine</textarea>");
    assertThat(content("both")).isEqualTo("of somebody else");
    assertThat(save(refused, "both", "mine").status()).isEqualTo(303);
    assertThat(content("both")).isEqualTo("mine");
  }

  @Test
  void asksBeforeItDeletes() {
    put("gone", "x");

    var asked = browser.postFrom(LIST, COMMANDS + "/gone/delete");
    assertThat(asked.html()).contains("Delete the command gone?", "name=\"confirmed\"");
    assertThat(content("gone")).isEqualTo("x");
    var done = browser.postFrom(LIST, COMMANDS + "/gone/delete", "confirmed", "yes");

    assertThat(done.location()).isEqualTo(LIST + "?notice=config_deleted");
    assertThat(browser.get(COMMANDS + "/gone").status()).isEqualTo(404);
  }

  @Test
  void takesAMebibyte() {
    put("big", "small");
    var content = "0123456789abcde\n".repeat(1 << 16);

    var saved = save(browser.get(COMMANDS + "/big"), "big", content.replace("\n", "\r\n"));

    assertThat(saved.status()).isEqualTo(303);
    assertThat(content("big")).isEqualTo(content);
    var tooMuch = save(browser.get(COMMANDS + "/big"), "big", content + "x");
    assertThat(tooMuch.status()).isEqualTo(400);
    assertThat(tooMuch.html()).contains("at most 1,048,576 bytes");
  }

  @Test
  void saysWhatIsInTheWay() throws Exception {
    Files.createDirectories(SERVER.workspace("demo").resolve(".claude/commands"));
    var link =
        Files.createSymbolicLink(
            SERVER.workspace("demo").resolve(".claude/commands/link.md"), Path.of("/etc/passwd"));

    var page = browser.get(COMMANDS + "/link");

    assertThat(page.status()).isEqualTo(409);
    assertThat(page.html()).contains("is a symbolic link").doesNotContain("root:");
    Files.delete(link);
  }

  @Test
  void whoMayNotWriteHasNoFormsAndCannotForgeThem() {
    put("kept", "old");
    var was = browser.get(COMMANDS + "/kept").find("name=\"was\" value=\"([0-9a-f]{64})\"");
    var reader = logIn(Map.of("scopes", List.of("projects:read")));
    var shell =
        logIn(Map.of("scopes", List.of("projects:execute"), "command_types", List.of("shell")));
    var stranger =
        logIn(Map.of("scopes", List.of("projects:execute"), "project_ids", List.of("other")));

    for (var client : List.of(reader, shell)) {
      for (var path : List.of(LIST, COMMANDS + "/kept")) {
        assertThat(client.get(path).html())
            .as(path)
            .doesNotContainPattern("method=\"post\" action=\"(?!/console/logout)")
            .doesNotContain("#create");
      }
    }
    assertThat(stranger.get(LIST).status()).isEqualTo(404);
    for (var client : List.of(reader, shell, stranger, browser)) {
      var token = client == browser ? "forged" : "";
      var expected = client == stranger ? 404 : 403;
      for (var path : List.of(LIST, COMMANDS + "/kept", COMMANDS + "/kept/delete")) {
        var fields =
            new String[] {
              "kind", "commands", "name", "new", "text", "new", "confirmed", "yes", "was", was
            };
        var answer =
            token.isEmpty()
                ? client.post(path, fields)
                : client.postAsIs(path, "form_token", token, "confirmed", "yes", "text", "new");
        assertThat(answer.status()).as(path).isEqualTo(expected);
      }
    }
    assertThat(content("kept")).isEqualTo("old");
    assertThat(api.get(API + "/new").status()).isEqualTo(404);
  }

  private ConsoleClient logIn(Map<String, ?> rights) {
    var body = new HashMap<String, Object>(rights);
    body.put("name", "config pages");
    var answer = api.post("/keys", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return ConsoleClient.logIn(SERVER.uri(), answer.data().path("key").asText());
  }
}
