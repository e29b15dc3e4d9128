package ai.orchard9.rdev.runtime.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.runtime.Exit;
import ai.orchard9.rdev.runtime.Found;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalRuntimeTest {
  @TempDir Path home;

  private LocalRuntime runtime() {
    return new LocalRuntime(home, home.resolve(".spool"));
  }

  @Test
  void takesEveryWellNamedDirectoryForAProject() throws Exception {
    for (var name : List.of("api", "web-2.x", "-dash", "with space", ".hidden", "a".repeat(64))) {
      Files.createDirectory(home.resolve(name));
    }
    Files.createFile(home.resolve("file"));

    var listing = runtime().list();
    var found = listing.found();

    assertThat(found).extracting(Found::name).containsExactlyInAnyOrder("api", "web-2.x");
    assertThat(found).extracting(Found::status).containsOnly(Status.RUNNING);
    assertThat(found)
        .extracting(project -> project.place().baseDirectory())
        .contains(home.resolve("api").toString());
    assertThat(listing.leftOut()).hasSize(3).anyMatch(it -> it.startsWith("with space: "));
  }

  @Test
  void saysWhenTheFolderCannotBeRead() {
    var missing = new LocalRuntime(home.resolve("missing"), home);

    assertThatThrownBy(missing::list).isInstanceOf(RuntimeUnavailableException.class);
  }

  @Test
  void opensASessionOfItsOwnWithACleanEnvironment() throws Exception {
    var place = new Place("p", null, home.toString());
    var text = "env | cut -d= -f1; cut -d' ' -f1,6 /proc/$$/stat >&2; read x; exit 7";

    try (var session = runtime().open(place, List.of("sh", "-c", text))) {
      assertThat(session.waitFor(Duration.ofMillis(1))).isInstanceOf(Exit.Running.class);
      session.stdin().write('\n');
      session.stdin().flush();
      var names = new String(session.stdout().readAllBytes(), StandardCharsets.UTF_8);
      var ids = new String(session.stderr().readAllBytes(), StandardCharsets.UTF_8).strip();

      assertThat(names.lines())
          .isSubsetOf("PATH", "HOME", "USER", "SHELL", "LANG", "TERM", "TZ", "PWD", "_", "SHLVL");
      assertThat(ids.substring(0, ids.indexOf(' '))).isEqualTo(ids.substring(ids.indexOf(' ') + 1));
      assertThat(session.waitFor(Duration.ofSeconds(5))).isEqualTo(new Exit.Exited(7));
    }
  }

  @Test
  void killsNothingByClosing() throws Exception {
    var place = new Place("p", null, home.toString());
    var proof = home.resolve("proof");

    runtime().open(place, List.of("sh", "-c", "read x; echo alive >" + proof)).close();

    Awaitility.await().until(() -> Files.exists(proof) && Files.size(proof) == 6);
  }
}
