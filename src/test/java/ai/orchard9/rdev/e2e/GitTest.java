package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Git commands do their ordinary work against a real remote.
final class GitTest {
  private final GitProject project = GitProject.make();
  private final Path work = project.work();
  private final Path outside = project.outside();

  @Test
  void doesOrdinaryWork() throws Exception {
    Files.writeString(work.resolve("file"), "one\ntwo\nthree\n");
    assertThat(project.git("status", "--short")).isEqualTo(" M file\n");
    assertThat(project.git("diff")).contains("+three");
    assertThat(project.git("diff", "HEAD", "--", "file", ":!src")).contains("+three");
    project.git("add", "file");
    project.git("commit", "-m", "second\n\nwith a body; $(touch smuggled)");
    assertThat(project.git("log", "--format=%s|%an|%cn")).isEqualTo("second|A|C\nfirst|A|C\n");
    assertThat(project.git("show", "--stat", "HEAD")).contains("1 file changed");
    assertThat(project.git("blame", "-L", "3,3", "file")).contains("three");
    assertThat(project.git("grep", "-n", "needle", "src")).isEqualTo("src/main.c:1:needle\n");
    assertThat(project.git("show", "HEAD~1:file")).isEqualTo("one\ntwo\n");
    project.git("push", "origin", "main");
    project.git("switch", "-c", "topic");
    Files.writeString(work.resolve("topic file"), "topic\n");
    project.git("add", "-A");
    project.git("commit", "-am", "third");
    project.git("push", "-u", "origin", "topic");
    assertThat(project.git("branch", "-a")).contains("* topic", "remotes/origin/topic");
    project.git("checkout", "main");
    project.git("merge", "--no-ff", "topic");
    assertThat(project.git("log", "--oneline", "-1")).contains("Merge branch 'topic'");
    project.git("revert", "-m", "1", "HEAD");
    project.git("cherry-pick", "topic");
    project.git("rebase", "origin/main");
    project.git("tag", "-a", "v1", "-m", "one");
    assertThat(project.git("describe")).isEqualTo("v1\n");
    assertThat(project.git("shortlog", "-sn", "HEAD")).contains("A");
    Files.writeString(work.resolve("file"), "changed\n");
    project.git("stash");
    assertThat(project.git("stash", "list")).contains("stash@{0}");
    assertThat(project.git("stash", "show", "-p")).contains("+changed");
    project.git("stash", "pop");
    project.git("restore", "file");
    project.git("mv", "file", "moved");
    project.git("rm", "-q", "--cached", "moved");
    project.git("reset", "--hard");
    Files.writeString(work.resolve("junk"), "junk\n");
    project.git("clean", "-f");
    assertThat(project.git("status", "--porcelain")).isEmpty();
    assertThat(work.resolve("smuggled")).doesNotExist();
  }

  @Test
  void exchangesWithItsRemote() throws Exception {
    project.shell(
        "cd %s && git clone -q origin.git other && cd other && echo x >theirs && git add . && git"
                .formatted(outside)
            + " commit -qm theirs && git push -q");

    assertThat(project.git("remote", "-v")).contains("origin.git");
    assertThat(project.git("remote", "show", "origin")).contains("HEAD branch: main");
    project.git("fetch", "--prune", "origin");
    assertThat(project.git("rev-list", "--count", "HEAD..@{u}")).isEqualTo("1\n");
    project.git("commit", "--allow-empty", "-m", "ours");
    project.git("pull", "--no-rebase");
    assertThat(project.git("log", "--format=%s", "-1")).startsWith("Merge branch");
    project.git("pull", "--rebase", "origin", "main");
    project.git("push");
    assertThat(project.git("status", "-sb")).startsWith("## main...origin/main\n");
    assertThat(work.resolve("theirs")).hasContent("x");
  }
}
