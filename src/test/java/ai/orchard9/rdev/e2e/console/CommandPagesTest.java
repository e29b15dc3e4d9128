package ai.orchard9.rdev.e2e.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The pages of commands, without a browser.
final class CommandPagesTest {
  private static final String PAGE = "/console/commands/";
  private static final Duration SOON = Duration.ofSeconds(30);

  private final ServerProcess server = ConsoleServer.get();
  private final ApiClient api = server.client();
  private final ConsoleClient console = ConsoleClient.logIn(server.uri(), ServerProcess.KEY);

  @Test
  void tellWhatBecameOfOne() {
    var body =
        Map.of(
            "command",
            "echo out; echo err >&2; exit 3",
            "env",
            Map.of("COLOUR", "secret-blue"),
            "metadata",
            Map.of("ticket", "T-17"));
    var id = api.run(body).path("id").asText();

    assertThat(console.get(PAGE + id).html())
        .contains("<code>EXIT_NONZERO</code>")
        .contains("<dt>Exit code</dt><dd>3</dd>")
        .contains("<dt>Printed</dt><dd>4 B, 4 B to stderr</dd>")
        .contains("<dt>ticket</dt><dd>T-17</dd>")
        .contains("<dt>Environment</dt><dd class=\"mono\">COLOUR</dd>")
        .doesNotContain("secret-blue")
        .containsSubsequence("<b>Queued</b>", "<b>Started</b>", "<b>Finished</b>");
  }

  @Test
  void tellTheReceiptOfAKillInWords() {
    var id = api.shell("sleep 600");
    api.awaitRunning(id);
    api.post("/commands/" + id + "/cancel", Map.of());
    api.awaitEnd(id, SOON);

    assertThat(console.get(PAGE + id).html())
        .containsPattern(
            "Somebody cancelled it\\. TERM.* sent; \\d+ process(es)? ended by it\\. Nothing"
                + " survived\\.");
  }

  @Test
  void copyOneAsCurlThatRunsTheSame() throws Exception {
    var script = "echo \"it's\" '<b>&amp;' $((6 * 7)) \\\\ \"$HOME\"";
    var id = api.run(script).path("id").asText();
    var curl =
        console
            .get(PAGE + id)
            .find("(?s)<pre[^>]* id=\"curl\"[^>]*>([^<]*)</pre>")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&");

    var answer = ApiClient.parse(bash(curl));

    var again = answer.at("/data/id").asText();
    assertThat(again).isNotEqualTo(id);
    assertThat(api.awaitEnd(again, SOON).path("command").asText()).isEqualTo(script);
    assertThat(api.output(again)).isEqualTo(api.output(id));
  }

  @Test
  void listThoseThatAreAskedFor() {
    var failed = api.run("echo listed; exit 4").path("id").asText();
    var completed = api.run("echo listed").path("id").asText();

    assertThat(console.get("/console/commands?status=failed&project=demo").html())
        .contains(failed)
        .doesNotContain(completed);
    assertThat(console.get("/console/commands?status=done").status()).isEqualTo(400);
  }

  private static String bash(String line) throws IOException, InterruptedException {
    var builder = new ProcessBuilder("bash", "-c", line);
    builder.environment().put("RDEV_KEY", ServerProcess.KEY);
    var process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(line).isZero();
    return said;
  }
}
