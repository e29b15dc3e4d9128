package ai.orchard9.rdev.claudeconfig;

import static ai.orchard9.rdev.claudeconfig.ConfigBench.refusal;
import static ai.orchard9.rdev.claudeconfig.ConfigBench.tree;
import static ai.orchard9.rdev.claudeconfig.ConfigKind.AGENTS;
import static ai.orchard9.rdev.claudeconfig.ConfigKind.COMMANDS;
import static ai.orchard9.rdev.claudeconfig.ConfigKind.SKILLS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.runtime.Exit;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.testing.ProjectShell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is written, read, listed and removed, under every shell.
@ParameterizedClass
@MethodSource("ai.orchard9.rdev.testing.ProjectShell#tested")
class ConfigStoreTest {
  @Parameter ProjectShell shell = ProjectShell.DASH;
  private ConfigBench bench;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(shell.isInstalled(), shell + " is not installed");
    bench = new ConfigBench(shell);
  }

  @AfterEach
  void close() {
    bench.close();
    // The guards of all sessions are gone, with their sleeps.
    Awaitility.await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .until(
            () ->
                ProcessHandle.current()
                    .descendants()
                    .noneMatch(it -> it.info().commandLine().orElse("").endsWith("sleep 30")));
  }

  @ParameterizedTest
  @EnumSource(ConfigKind.class)
  void makesReplacesReadsAndDeletes(ConfigKind kind) throws Exception {
    assertThat(bench.put(kind, "one", "first")).isTrue();
    assertThat(bench.put(kind, "one", "second")).isFalse();
    bench.create(kind, "two", "other");

    assertThat(bench.read(kind, "one")).isEqualTo("second");
    assertThat(bench.path(kind, "one")).hasContent("second");
    assertThat(bench.names(kind)).containsExactly("one", "two");
    var shown = bench.store.read(bench.place, kind, "one").entry();
    assertThat(shown.size()).isEqualTo(6);
    assertThat(shown.modifiedAt())
        .isEqualTo(
            Files.getLastModifiedTime(bench.path(kind, "one"))
                .toInstant()
                .truncatedTo(ChronoUnit.SECONDS));
    assertThat(refusal(() -> bench.create(kind, "one", "third")))
        .isInstanceOf(ApiException.Conflict.class)
        .hasMessage("there is a " + kind.noun() + " of this name already");

    bench.delete(kind, "one");

    assertThat(refusal(() -> bench.delete(kind, "one"))).isInstanceOf(ApiException.NotFound.class);
    assertThat(refusal(() -> bench.read(kind, "one")))
        .isInstanceOf(ApiException.NotFound.class)
        .hasMessage("no such " + kind.noun());
    assertThat(bench.names(kind)).containsExactly("two");
    assertThat(tree(bench.work)).noneMatch(it -> it.contains(".rdev"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n",
        "\n\nbegins and ends with lines\n\n",
        "no line end",
        "dos\r\nlines\r\n\r",
        "-n",
        "--help",
        "%s %n %d %%",
        "'\"`$(touch pwned)`touch pwned`${HOME}",
        "\\n\\\\ \\0",
        "go\n",
        "end\n",
        "done\nend\n",
        "\u0001\u001b[31m\u007f",
        "\ufeffüñ€ 漢字 😀 \u202e",
        "*?[a]~!!#"
      })
  void keepsEveryByte(String content) throws Exception {
    bench.put(COMMANDS, "exact", content);
    bench.create(SKILLS, "exact", content);

    assertThat(bench.read(COMMANDS, "exact")).isEqualTo(content);
    assertThat(Files.readString(bench.path(SKILLS, "exact"))).isEqualTo(content);
    assertThat(tree(bench.home)).noneMatch(it -> it.contains("pwned"));
  }

  @Test
  void takesAMebibyteAndNoMore() throws Exception {
    var random = new Random(1);
    var content = new StringBuilder();
    while (content.length() < ConfigRules.MOST_BYTES) {
      content.append((char) ('\n' + random.nextInt(110)));
    }

    bench.put(AGENTS, "big", content.toString());

    assertThat(bench.read(AGENTS, "big")).isEqualTo(content.toString());
    Files.writeString(bench.path(AGENTS, "big"), content + "x");
    assertThat(refusal(() -> bench.read(AGENTS, "big")))
        .isInstanceOf(ApiException.Conflict.class)
        .hasMessage(".claude/agents/big.md is larger than 1 MiB");
    assertThat(bench.names(AGENTS)).containsExactly("big");
  }

  @Test
  void saysWhatIsNoText() throws Exception {
    Files.write(bench.place(COMMANDS, "latin", ""), new byte[] {'a', (byte) 0xe4, 'b'});

    assertThat(refusal(() -> bench.read(COMMANDS, "latin")))
        .isInstanceOf(ApiException.Conflict.class)
        .hasMessage(".claude/commands/latin.md is not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "0", "A.b_c-d", "x.md", "a..b", "con", "SKILL"})
  void takesEveryName(String name) {
    for (var kind : ConfigKind.values()) {
      bench.put(kind, name, kind.wire());

      assertThat(bench.names(kind)).containsExactly(name);
      assertThat(bench.read(kind, name)).isEqualTo(kind.wire());
    }
    bench.put(COMMANDS, "l".repeat(100), "long");
    assertThat(bench.read(COMMANDS, "l".repeat(100))).isEqualTo("long");
  }

  @Test
  void listsWhatCanBeRead() throws Exception {
    assertThat(bench.list().values()).containsOnly(ConfigList.EMPTY);
    for (var name : List.of("b", "a-b", "a", "a.b", "Z", "9")) {
      bench.place(COMMANDS, name, "x");
    }
    for (var name : List.of(".hidden", "_a", "-a", "a b", "a\nb", "ä", "l".repeat(101), "*")) {
      bench.place(COMMANDS, name, "x");
    }
    Files.writeString(bench.folder(COMMANDS).resolve("a.txt"), "x");
    Files.createDirectories(bench.folder(COMMANDS).resolve("folder.md"));
    Files.createSymbolicLink(bench.folder(COMMANDS).resolve("link.md"), Path.of("a.md"));
    Files.createDirectories(bench.folder(SKILLS).resolve("empty"));
    bench.place(SKILLS, "full", "12345");
    Files.createSymbolicLink(bench.folder(SKILLS).resolve("link"), Path.of("full"));

    var lists = bench.list();

    assertThat(bench.names(COMMANDS)).containsExactly("9", "Z", "a", "a-b", "a.b", "b");
    assertThat(lists.get(SKILLS)).isNotNull();
    assertThat(bench.names(SKILLS)).containsExactly("full");
    assertThat(lists.get(AGENTS)).isEqualTo(ConfigList.EMPTY);
  }

  @Test
  void listsAThousandAndSaysThatThereAreMore() throws Exception {
    for (int i = 0; i < 1001; i++) {
      bench.place(AGENTS, "agent-%04d".formatted(i), "");
    }
    bench.place(COMMANDS, "a", "");

    var lists = bench.list();

    var agents = lists.getOrDefault(AGENTS, ConfigList.EMPTY);
    assertThat(agents.truncated()).isTrue();
    assertThat(agents.entries()).hasSize(1000);
    assertThat(lists.getOrDefault(COMMANDS, ConfigList.EMPTY).truncated()).isFalse();
  }

  @Test
  void removesASkillWithAllThatIsInItAndNothingElse() throws Exception {
    var kept = Files.writeString(bench.outside.resolve("kept"), "kept");
    bench.place(SKILLS, "s", "x");
    var skill = bench.folder(SKILLS).resolve("s");
    var deep = Files.createDirectories(skill.resolve("a b/-rf/new\nline/..x/.hidden"));
    Files.writeString(deep.resolve("*"), "x");
    for (int i = 0; i < 250; i++) {
      Files.writeString(skill.resolve("many " + i), "x");
    }
    Files.createSymbolicLink(skill.resolve("link"), bench.outside);
    Files.createSymbolicLink(deep.resolve(".link"), kept);
    Files.createSymbolicLink(deep.resolve("dangling"), Path.of("nowhere"));
    bench.place(SKILLS, "s2", "stays");

    bench.delete(SKILLS, "s");

    assertThat(tree(bench.folder(SKILLS))).containsExactly("s2", "s2/SKILL.md");
    assertThat(tree(bench.outside)).containsExactly("kept");
    Files.createDirectories(skill);
    assertThat(refusal(() -> bench.delete(SKILLS, "s"))).isInstanceOf(ApiException.NotFound.class);
    assertThat(skill).exists();
  }

  @Test
  void ofManyAtTheSameTimeOneMakesIt() throws Exception {
    for (var kind : List.of(COMMANDS, SKILLS)) {
      var results =
          atOnce(
              6,
              i -> {
                bench.create(kind, "same", "by " + i);
                return "by " + i;
              });

      var made = new ArrayList<String>();
      for (var result : results) {
        switch (result.state()) {
          case SUCCESS -> made.add(result.resultNow());
          default ->
              assertThat(result.exceptionNow())
                  .isInstanceOf(ApiException.Conflict.class)
                  .hasMessageContaining("already");
        }
      }
      assertThat(made).hasSize(1);
      assertThat(bench.path(kind, "same")).hasContent(made.getFirst());
      assertThat(tree(bench.work)).noneMatch(it -> it.contains(".rdev"));
    }
  }

  @Test
  void readersSeeTheOldOrTheNewAndNoMixture() throws Exception {
    assumeTrue(shell != ProjectShell.OLD_BUSYBOX, "there, for a moment it is gone");
    var contents = List.of("a".repeat(200_000), "b".repeat(100_000));
    bench.put(COMMANDS, "busy", contents.getFirst());

    var results =
        atOnce(
            5,
            i -> {
              for (int n = 0; n < 10; n++) {
                if (i < 2) {
                  bench.put(COMMANDS, "busy", contents.get(i));
                } else {
                  assertThat(contents.contains(bench.read(COMMANDS, "busy"))).isTrue();
                }
              }
              return "";
            });

    for (var result : results) {
      assertThat(result.state())
          .as(() -> "" + result.exceptionNow())
          .isEqualTo(Future.State.SUCCESS);
    }
  }

  interface Numbered<T> {
    T call(int number) throws Exception;
  }

  private static <T> List<Future<T>> atOnce(int many, Numbered<T> task) throws Exception {
    try (var threads = Executors.newFixedThreadPool(many)) {
      var calls = new ArrayList<Callable<T>>();
      for (int i = 0; i < many; i++) {
        int number = i;
        calls.add(() -> task.call(number));
      }
      return threads.invokeAll(calls);
    }
  }

  @Test
  void aChangeThatIsNotToldToGoOnIsNone() throws Exception {
    bench.put(COMMANDS, "a", "old");
    bench.put(SKILLS, "s", "old");

    bench.begin(COMMANDS, "a", "new", true).close();
    bench.begin(SKILLS, "new", "new", false).close();
    bench.store.delete(bench.place, SKILLS, "s").close();

    // What was prepared is cleaned up by whoever prepared it.
    Awaitility.await()
        .until(
            () ->
                tree(bench.work.resolve(".claude"))
                    .equals(
                        List.of(
                            "commands",
                            "commands/a.md",
                            "skills",
                            "skills/s",
                            "skills/s/SKILL.md")));
    assertThat(bench.read(COMMANDS, "a")).isEqualTo("old");
    assertThat(bench.read(SKILLS, "s")).isEqualTo("old");
  }

  @Test
  void aConnectionThatBreaksLeavesNoHalfFile() throws Exception {
    bench.put(COMMANDS, "a", "old");
    var session = bench.runtime.open(bench.place, List.of("sh", "-c", ConfigBench.script()));
    try (session) {
      assertThat(Conversation.line(session.stdout())).isEqualTo("rdev-config 1");
      var request = "put commands a 100000 0123 1795000000\n" + bench.work + "\n";
      session.stdin().write((request + "x".repeat(70_000)).getBytes(UTF_8));
      session.stdin().flush();
      Awaitility.await()
          .until(() -> tree(bench.folder(COMMANDS)).contains(".rdev-1795000000-0123"));
    }

    Awaitility.await().until(() -> tree(bench.folder(COMMANDS)).equals(List.of("a.md")));
    assertThat(bench.read(COMMANDS, "a")).isEqualTo("old");
  }

  @Test
  void endsByItselfWhenNothingComes() throws Exception {
    var script = ConfigBench.script().replace("\nlimit=30\n", "\nlimit=1\n");
    var session = bench.runtime.open(bench.place, List.of("sh", "-c", script));
    try (session) {
      assertThat(Conversation.line(session.stdout())).isEqualTo("rdev-config 1");

      assertThat(session.waitFor(Duration.ofSeconds(10))).isEqualTo(new Exit.Exited(137));
    }
  }

  @Test
  void theNextWriteCleansUpWhatWasLeft() throws Exception {
    bench.place(COMMANDS, "a", "old");
    var now = ConfigBench.NOW.getEpochSecond();
    var folder = bench.folder(COMMANDS);
    var kept = Files.writeString(bench.outside.resolve("kept"), "kept");
    Files.writeString(folder.resolve(".rdev-" + (now - 601) + "-00"), "half");
    Files.createDirectories(folder.resolve(".rdev-" + (now - 9999) + "-01/sub"));
    Files.createSymbolicLink(folder.resolve(".rdev-" + (now - 9999) + "-02"), bench.outside);
    for (var other : List.of((now - 500) + "-03", "x-04", "08-05", "", "99999999999-06")) {
      Files.writeString(folder.resolve(".rdev-" + other), "other");
    }

    bench.put(COMMANDS, "a", "new");

    assertThat(tree(folder))
        .containsExactlyInAnyOrder(
            "a.md",
            ".rdev-" + (now - 500) + "-03",
            ".rdev-x-04",
            ".rdev-08-05",
            ".rdev-",
            ".rdev-99999999999-06");
    assertThat(kept).hasContent("kept");
  }

  @Test
  void worksWhereTheProjectSays() throws Exception {
    bench.place(COMMANDS, "a", "here");
    var asIf = new Place("p", null, "?" + bench.work);
    assertThat(bench.store.read(asIf, COMMANDS, "a").content()).isEqualTo("here");

    var nowhere = new Place("p", null, bench.work + "/nowhere");
    assertThat(refusal(() -> bench.store.list(nowhere, Set.of(COMMANDS))))
        .isInstanceOf(ApiException.Conflict.class)
        .hasMessageContaining("work directory");
    // Where the session opens: of the local runtime, the folder of all projects.
    var home = new Place("p", null, "?/nowhere");
    assertThat(refusal(() -> bench.store.read(home, COMMANDS, "a")))
        .isInstanceOf(ApiException.NotFound.class);
  }
}
