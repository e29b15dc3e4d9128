package ai.orchard9.rdev.claudeconfig;

import static ai.orchard9.rdev.claudeconfig.ConfigBench.refusal;
import static ai.orchard9.rdev.claudeconfig.ConfigBench.tree;
import static ai.orchard9.rdev.claudeconfig.ConfigKind.COMMANDS;
import static ai.orchard9.rdev.claudeconfig.ConfigKind.SKILLS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.testing.ProjectShell;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/// On a disk of one megabyte.
@ParameterizedClass
@MethodSource("ai.orchard9.rdev.testing.ProjectShell#tested")
class ConfigDiskTest {
  @Parameter ProjectShell shell = ProjectShell.DASH;
  private Path disk = Path.of("/");
  private ConfigBench bench;

  @BeforeEach
  void mount() throws Exception {
    assumeTrue(shell.isInstalled(), shell + " is not installed");
    disk = Files.createTempDirectory("config-disk");
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()) == 0,
        "mounting a small disk needs root");
    bench = new ConfigBench(shell, disk);
  }

  @AfterEach
  void unmount() throws Exception {
    bench.close();
    run("umount", "-l", disk.toString());
  }

  @Test
  void keepsTheOldWhenThereIsNoRoomForTheNew() throws Exception {
    bench.put(COMMANDS, "a", "old");
    bench.put(SKILLS, "s", "old");
    run("sh", "-c", "head -c 700000 /dev/zero >" + disk.resolve("filler"));
    var content = "x".repeat(500_000);

    for (var refusal :
        new ApiException[] {
          refusal(() -> bench.put(COMMANDS, "a", content)),
          refusal(() -> bench.create(COMMANDS, "b", content)),
          refusal(() -> bench.put(SKILLS, "s", content)),
          refusal(() -> bench.create(SKILLS, "s2", content))
        }) {
      assertThat(refusal)
          .isInstanceOf(ApiException.Unavailable.class)
          .hasMessage("not written: no space left on device");
    }

    assertThat(bench.read(COMMANDS, "a")).isEqualTo("old");
    assertThat(bench.read(SKILLS, "s")).isEqualTo("old");
    assertThat(tree(bench.work.resolve(".claude")))
        .containsExactly("commands", "commands/a.md", "skills", "skills/s", "skills/s/SKILL.md");
    // Room is made by what needs none.
    bench.delete(SKILLS, "s");
  }

  @Test
  void saysThatNothingCanBeWrittenAndStillReads() throws Exception {
    bench.put(COMMANDS, "a", "old");
    bench.put(SKILLS, "s", "old");
    assertThat(run("mount", "-o", "remount,ro", disk.toString())).isZero();

    assertThat(bench.read(COMMANDS, "a")).isEqualTo("old");
    assertThat(bench.names(SKILLS)).containsExactly("s");
    for (var refusal :
        new ApiException[] {
          refusal(() -> bench.put(COMMANDS, "a", "new")),
          refusal(() -> bench.create(SKILLS, "new", "new")),
          refusal(() -> bench.put(ConfigKind.AGENTS, "a", "new")),
          refusal(() -> bench.delete(COMMANDS, "a")),
          refusal(() -> bench.delete(SKILLS, "s"))
        }) {
      assertThat(refusal)
          .isInstanceOf(ApiException.Conflict.class)
          .hasMessage("it cannot be written: read-only file system");
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).start().waitFor();
  }
}
