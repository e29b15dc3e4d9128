package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ConsoleClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The pages of projects, without a browser.
final class ProjectPagesTest {
  private static final String PAGE = "/console/projects";
  private static final String ODD = "<b>no project<";

  private final ServerProcess server = ConsoleServer.get();
  private final ApiClient api = server.client();
  private final ConsoleClient admin = ConsoleClient.logIn(server.uri(), ServerProcess.KEY);

  @AfterEach
  void tidy() throws IOException {
    Files.deleteIfExists(server.workspace(ODD));
    look();
  }

  @Test
  void saysWhatWasLeftOutAndWhy() throws IOException {
    Files.createDirectory(server.workspace(ODD));
    look();

    assertThat(admin.get(PAGE).html())
        .contains("<h2 id=\"left-out\">Left out</h2>")
        .contains("&lt;b&gt;no project&lt;: its name is no project id")
        .doesNotContain(ODD);
  }

  @Test
  void saysNothingOfThatToWhoMayNotSeeAll() throws IOException {
    Files.createDirectory(server.workspace(ODD));
    look();
    var key = limited();

    assertThat(ConsoleClient.logIn(server.uri(), key).get(PAGE).html())
        .contains(">demo</a>")
        .doesNotContain("Left out", "no project id");
  }

  private void look() {
    server.admin().run("cache-flush?cache=projects");
  }

  private String limited() {
    var answer =
        api.post(
            "/keys",
            Map.of(
                "name",
                "limited",
                "scopes",
                List.of("projects:read"),
                "project_ids",
                List.of("demo")));
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return answer.data().path("key").asText();
  }
}
