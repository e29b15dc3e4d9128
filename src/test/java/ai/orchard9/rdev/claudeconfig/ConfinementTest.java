package ai.orchard9.rdev.claudeconfig;

import static ai.orchard9.rdev.claudeconfig.ConfigBench.refusal;
import static ai.orchard9.rdev.claudeconfig.ConfigBench.tree;
import static ai.orchard9.rdev.claudeconfig.ConfigKind.COMMANDS;
import static ai.orchard9.rdev.claudeconfig.ConfigKind.SKILLS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.testing.ProjectShell;
import ai.orchard9.rdev.testing.Repetitions;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing but the project's own files is read, written or removed, whatever links there are and
/// whenever they come.
@ParameterizedClass
@MethodSource("ai.orchard9.rdev.testing.ProjectShell#tested")
class ConfinementTest {
  private static final String SECRET = "a secret";

  @Parameter ProjectShell shell = ProjectShell.DASH;
  private ConfigBench bench;
  private List<String> before = List.of();

  @BeforeEach
  void open() throws Exception {
    assumeTrue(shell.isInstalled(), shell + " is not installed");
    bench = new ConfigBench(shell);
    // Outside is all that could be expected inside.
    for (var path :
        List.of("a.md", "s/SKILL.md", "SKILL.md", "commands/a.md", "skills/s/SKILL.md")) {
      var file = bench.outside.resolve(path);
      Files.createDirectories(Objects.requireNonNull(file.getParent()));
      Files.writeString(file, SECRET);
    }
    before = tree(bench.outside);
  }

  @AfterEach
  void close() throws Exception {
    bench.stop();
    assertOutsideUntouched();
    bench.close();
  }

  private void assertOutsideUntouched() throws Exception {
    assertThat(tree(bench.outside)).isEqualTo(before);
    for (var path : before) {
      var file = bench.outside.resolve(path);
      if (Files.isRegularFile(file)) {
        assertThat(file).hasContent(SECRET);
      }
    }
  }

  /// A link at that place, to what would be right there.
  @ParameterizedTest
  @ValueSource(
      strings = {
        ".claude -> .",
        ".claude/commands -> commands",
        ".claude/commands/a.md -> a.md",
        ".claude/commands/a.md -> nowhere",
        ".claude/commands/a.md -> s",
        ".claude/skills -> skills",
        ".claude/skills/s -> s",
        ".claude/skills/s/SKILL.md -> SKILL.md",
        ".claude/skills/s/SKILL.md -> nowhere"
      })
  void noLinkIsFollowed(String link) throws Exception {
    var ends = link.split(" -> ", -1);
    var path = bench.work.resolve(ends[0]);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.createSymbolicLink(path, bench.outside.resolve(ends[1]));
    var kind = ends[0].contains("skills") ? SKILLS : COMMANDS;
    var name = kind == SKILLS ? "s" : "a";

    assertRefused(ends[0], () -> bench.read(kind, name));
    assertRefused(ends[0], () -> bench.put(kind, name, "new"));
    assertRefused(ends[0], () -> bench.create(kind, name, "new"));
    assertRefused(ends[0], () -> bench.delete(kind, name));
    if (ends[0].equals(".claude") || ends[0].equals(".claude/" + kind.wire())) {
      assertRefused(ends[0], bench::list);
    } else {
      assertThat(bench.names(kind)).isEmpty();
    }
    assertThat(path).isSymbolicLink();
  }

  private static void assertRefused(String path, ThrowingCallable call) {
    assertThat(refusal(call))
        .isInstanceOf(ApiException.Conflict.class)
        .hasMessage(path + " is a symbolic link, and links are not followed");
  }

  @Test
  void whatIsNoFileIsNeitherOpenedNorReplaced() throws Exception {
    Files.createDirectories(bench.folder(COMMANDS).resolve("folder.md"));
    run("mkfifo", bench.folder(COMMANDS).resolve("fifo.md").toString());
    Files.createDirectories(bench.folder(SKILLS));
    Files.writeString(bench.folder(SKILLS).resolve("s"), "a file");

    for (var name : List.of("folder", "fifo")) {
      for (var refusal :
          List.of(
              refusal(() -> bench.read(COMMANDS, name)),
              refusal(() -> bench.put(COMMANDS, name, "x")),
              refusal(() -> bench.create(COMMANDS, name, "x")),
              refusal(() -> bench.delete(COMMANDS, name)))) {
        assertThat(refusal)
            .isInstanceOf(ApiException.Conflict.class)
            .hasMessage(".claude/commands/" + name + ".md is not a file");
      }
    }
    assertThat(bench.names(COMMANDS)).isEmpty();
    assertThat(refusal(() -> bench.put(SKILLS, "s", "x")))
        .isInstanceOf(ApiException.Conflict.class)
        .hasMessage(".claude/skills/s is not a folder");
    assertThat(bench.folder(SKILLS).resolve("s")).hasContent("a file");
  }

  /// Everything is prepared; then the folder is swapped for a link, and only then is it renamed.
  @ParameterizedTest
  @ValueSource(strings = {".claude", ".claude/commands"})
  void aFolderSwappedForALinkGetsNothing(String folder) throws Exception {
    bench.put(COMMANDS, "a", "old");
    var path = bench.work.resolve(folder);
    var elsewhere = bench.work.resolve("moved");

    try (var change = bench.begin(COMMANDS, "a", "new", true)) {
      Files.move(path, elsewhere);
      Files.createSymbolicLink(
          path, folder.equals(".claude") ? bench.outside : bench.outside.resolve("commands"));

      assertThat(refusal(change::make))
          .isInstanceOf(ApiException.Conflict.class)
          .hasMessageContaining("moved");
    }

    assertOutsideUntouched();
  }

  /// The name becomes a link to a folder, into which a plain mv or ln would put it.
  @Test
  void aNameSwappedForALinkToAFolderIsOnlyAName() throws Exception {
    var file = bench.path(COMMANDS, "a");

    try (var change = bench.begin(COMMANDS, "a", "new", true)) {
      Files.createSymbolicLink(file, bench.outside);
      attempt(change::make);
    }
    assertOutsideUntouched();
    Files.delete(file);

    try (var change = bench.begin(COMMANDS, "a", "new", false)) {
      Files.createSymbolicLink(file, bench.outside);
      attempt(change::make);
    }
    assertThat(file).isSymbolicLink();
    assertOutsideUntouched();
    Files.delete(file);
    bench.put(COMMANDS, "a", "old");

    try (var change = bench.store.delete(bench.place, COMMANDS, "a")) {
      Files.delete(file);
      Files.createSymbolicLink(file, bench.outside.resolve("a.md"));
      attempt(change::make);
    }
    assertOutsideUntouched();
  }

  @Test
  void aSkillSwappedForALinkIsOnlyAName() throws Exception {
    bench.put(SKILLS, "s", "old");
    var skill = bench.folder(SKILLS).resolve("s");

    try (var change = bench.store.delete(bench.place, SKILLS, "s")) {
      Files.move(skill, bench.work.resolve("moved"));
      Files.createSymbolicLink(skill, bench.outside);
      attempt(change::make);
    }

    assertOutsideUntouched();
    assertThat(bench.work.resolve("moved/SKILL.md")).hasContent("old");
  }

  /// What somebody does between two steps of the script, where it would hurt most.
  ///
  /// @param request verb, kind and name
  /// @param before a line of the script
  /// @param when a condition of the shell
  /// @param done in the folder where the script stands
  record Interference(String request, String before, String when, String done) {
    static Interference atStep(String request, String folder) {
      return new Interference(request, STEP, "[ \"$1\" = " + folder + " ]", swap(folder));
    }

    static Interference atWrite(String target) {
      return new Interference(
          "put commands a", "  set -C\n", "true", "ln -s " + target + " \"./$temp\"");
    }

    private static String swap(String folder) {
      return "mv ./%1$s ./%1$s-aside; ln -s \"$outside\" ./%1$s".formatted(folder);
    }
  }

  private static final String STEP = "  cd -P \"./$1\" || refuse \"failed enter\"\n";

  static List<Interference> interferences() {
    return List.of(
        Interference.atStep("put commands a", ".claude"),
        Interference.atStep("put commands a", "commands"),
        Interference.atStep("new skills s2", "s2"),
        Interference.atStep("read commands a", "commands"),
        Interference.atStep("read skills s", "s"),
        Interference.atStep("list commands,skills -", "commands"),
        Interference.atStep("delete commands a", "commands"),
        Interference.atWrite("\"$outside/a.md\""),
        Interference.atWrite("\"$outside/none\""),
        Interference.atWrite("/dev/null"),
        new Interference(
            "read commands a",
            "  {\n    is_open 3",
            "true",
            "rm a.md; ln -s \"$outside/a.md\" a.md"),
        new Interference(
            "delete skills s",
            "    cd -P \"./$1\" || exit\n",
            "[ \"$1\" = inside ]",
            Interference.swap("inside")));
  }

  @ParameterizedTest
  @MethodSource("interferences")
  void aSwapAtTheWorstMomentGainsNothing(Interference what) throws Exception {
    bench.put(COMMANDS, "a", "mine");
    bench.put(SKILLS, "s", "mine");
    Files.createDirectories(bench.folder(SKILLS).resolve("s/inside"));
    var proof = bench.home.resolve("proof");
    var isWrite = what.request().matches("(put|new) .*");
    var hook =
        "if %1$s && [ ! -e %2$s ]; then : >%2$s; outside=%3$s; %4$s; fi\n"
            .formatted(what.when(), proof, bench.outside, what.done());
    assertThat(ConfigBench.script()).containsOnlyOnce(what.before());

    var interfered = ConfigBench.script().replace(what.before(), hook + what.before());

    var answer = bench.talk(interfered, what.request(), isWrite ? "new" : "");

    assertThat(proof).as(answer.toString()).exists();
    assertThat(answer).doesNotContain(SECRET);
    if (!what.request().startsWith("delete skills")) {
      assertThat(answer).containsAnyOf("changed", "failed write").doesNotContain("done");
    }
    assertOutsideUntouched();
  }

  /// Somebody swaps it for a link and back all the time.
  @ParameterizedTest
  @ValueSource(
      strings = {
        ".claude -> .",
        ".claude/commands -> commands",
        ".claude/commands/a.md -> a.md",
        ".claude/commands/a.md -> s"
      })
  void whoeverRacesGetsNothingOut(String link) throws Exception {
    var ends = link.split(" -> ", -1);
    bench.put(COMMANDS, "a", "mine");
    try (var _ = new Swapper(bench.work.resolve(ends[0]), bench.outside.resolve(ends[1]))) {
      for (int i = 0; i < Repetitions.of(15, 300); i++) {
        attempt(() -> assertThat(bench.read(COMMANDS, "a")).isNotEqualTo(SECRET));
        attempt(() -> bench.put(COMMANDS, "a", "mine"));
        attempt(() -> bench.create(COMMANDS, "b", "mine"));
        attempt(() -> bench.delete(COMMANDS, "b"));
      }
    }
  }

  @Test
  void whoeverRacesWithARemovalLosesNothingElse() throws Exception {
    var skill = bench.folder(SKILLS).resolve("s");
    for (int i = 0; i < Repetitions.of(10, 200); i++) {
      attempt(() -> bench.put(SKILLS, "s", "mine"));
      Files.createDirectories(skill.resolve("inside/deeper"));
      try (var change = bench.store.delete(bench.place, SKILLS, "s");
          var _ = new Swapper(skill.resolve("inside"), bench.outside)) {
        attempt(change::make);
      }
    }
  }

  /// It may fail, if it says so.
  private static void attempt(ThrowingCallable call) {
    try {
      call.call();
    } catch (ApiException refused) {
      assertThat(refused.detail()).isNotEmpty();
    } catch (Throwable failure) {
      throw new AssertionError(failure);
    }
  }

  private static void run(String... command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
