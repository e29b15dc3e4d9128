package ai.orchard9.rdev.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PagesTest {
  private static final PageFilter.ErrorPage HOSTILE =
      new PageFilter.ErrorPage(
          404,
          "NOT_FOUND",
          "<script>alert(1)</script> \u202egpj.exe \u001b[31m\u0085",
          List.of(new PageFilter.ErrorPage.Fault("<img src=x>", "\" onload=\"x")),
          "req-1");

  @TempDir private Path folder;

  private static String render(Optional<Path> folder) {
    return new Pages(folder).render("error", Shell.plain("Not \"found\"", ""), HOSTILE);
  }

  @Test
  void showsHostileTextAsText() {
    assertThat(render(Optional.empty()))
        .startsWith("<!DOCTYPE html>")
        .contains("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;img src=x&gt;")
        .contains("⟨U+202E⟩gpj.exe", "⟨U+001B⟩[31m", "⟨U+0085⟩")
        .doesNotContain("<script>", "<img", "\u202e", "\u001b", "\u0085");
  }

  @Test
  void prefersTheTemplatesOfTheFolderFileByFileAndReadsThemAgain() throws Exception {
    assertThat(render(Optional.of(folder))).contains("Overview");

    Files.writeString(folder.resolve("error.html"), "<p th:text=\"${page.status}\"></p>");
    assertThat(render(Optional.of(folder))).isEqualTo("<p>404</p>");

    Files.writeString(folder.resolve("error.html"), "changed");
    assertThat(render(Optional.of(folder))).isEqualTo("changed");
  }
}
