package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing that a repository brings with it makes git commands leave the work directory, or take
/// another repository for the project's.
final class GitBoundariesTest {
  private final GitProject project = GitProject.make();
  private final String folder = project.folder();
  private final Path workspace = project.workspace();
  private final Path work = project.work();
  private final Path outside = project.outside();

  @Test
  void staysInTheProjectsRepository() {
    project.shell(
        "cd %s && mkdir %s-plain && ln -s .git %s/link".formatted(workspace, folder, work));

    assertThat(project.failure(folder + "/.git", List.of("log")))
        .contains("not inside a .git directory");
    assertThat(project.failure(folder + "/.git/refs", List.of("log")))
        .contains("not inside a .git directory");
    assertThat(project.failure(folder + "/link", List.of("log")))
        .contains("not inside a .git directory");
    // The tests' projects lie in a checkout themselves.
    assertThat(project.failure(folder + "-plain", List.of("status")))
        .contains("not a git repository");
    assertThat(project.failure(folder + "-plain", List.of("diff", "a", "b")))
        .contains("not a git repository");
    project.shell("cd %s && git config core.worktree %s".formatted(work, outside));
    assertThat(project.failure(folder, List.of("status"))).contains("work tree is");
  }

  @Test
  void keepsItsConfigurationWhereNoCommitCanReachIt() {
    project.shell(
        """
        cd %s && git clone -q %s/origin.git over && cd over && mv .git .bare
        echo 'gitdir: ./.bare' >.git && git status
        """
            .formatted(workspace, outside));

    assertThat(project.failure("over", List.of("status"))).contains("lies among its own files");
    project.shell("rm -rf %s/over".formatted(workspace));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blame d/passwd",
        "diff HEAD:file d/passwd",
        "grep SECRET",
        "grep SECRET d/passwd",
        "commit -m x d/passwd",
        "commit -m x .",
        "mv d/passwd here",
        "mv file d/",
        "rm -f d/passwd",
        "rm -rf d",
        "add d/passwd"
      })
  void followsNoLinkOutOfTheWorkDirectory(String line) {
    linkInPlaceOfADirectory();

    project.failure(folder, List.of(line.split(" ", -1)));

    assertThat(project.git("log", "-p", "--all")).doesNotContain("SECRET");
    assertThat(outside.resolve("passwd")).hasContent("SECRET");
    assertThat(outside.resolve("file")).doesNotExist();
    assertThat(work.resolve("here")).doesNotExist();
  }

  /// What git takes for a pathspec, `:d/passwd`, and not for a link's name.
  @ParameterizedTest
  @ValueSource(strings = {"diff HEAD:file -- :d/passwd", "diff HEAD:file -- :0:d/passwd"})
  void readsNothingThroughALinkByAnotherSpelling(String line) {
    linkInPlaceOfADirectory();
    project.shell("cd %s && ln -s d 0:d".formatted(work));

    assertThat(project.output(project.run(folder, List.of(line.split(" ", -1)))))
        .doesNotContain("SECRET");
  }

  /// Each sub-command that reads or changes files, while a file that a link leads to is in
  /// conflict: changed by both, or changed by one and deleted by the other.
  @ParameterizedTest
  @ValueSource(strings = {"delete", "change"})
  void followsNoLinkOfAFileInConflict(String ours) {
    var lines =
        List.of(
            "diff",
            "diff HEAD",
            "grep SECRET",
            "commit -m x .",
            "commit -am x",
            "rm -f d*",
            "rm -rf d",
            "mv d/passwd here",
            "add --no-all d?p*",
            "add --ignore-removal d?p*",
            "add -u",
            "add .",
            "add -f d/passwd",
            "stash",
            "blame d/passwd",
            "checkout --ours d/passwd",
            "checkout -m -- d/passwd",
            "restore --merge d/passwd",
            "clean -ffdx",
            "status -s",
            "reset",
            "reset --merge",
            "reset --hard");
    linkInPlaceOfAConflict(ours);
    project.shell("cp -a %s %s.before".formatted(work, work));
    for (var line : lines) {
      var said = project.output(project.run(folder, List.of(line.split(" ", -1))));

      assertThat(said).as(line).doesNotContain("SECRET");
      assertThat(outside.resolve("passwd")).as(line).hasContent("SECRET");
      assertThat(allObjects()).as(line).doesNotContain("SECRET");
      project.shell("rm -rf %s && cp -a %s.before %s".formatted(work, work, work));
    }
  }

  private String allObjects() {
    return project.output(
        project.alone(
            "cd %s && git cat-file --batch-all-objects --batch-check='%%(objectname)'"
                    .formatted(work)
                + " | while read -r object; do git cat-file -p $object; done"));
  }

  @Test
  void lendsALinkToGitWhereItIsNotFollowed() {
    linkInPlaceOfADirectory();

    assertThat(project.git("status", "--short")).isEqualTo(" D d/passwd\n?? d\n");
    assertThat(project.git("diff")).contains("deleted file").doesNotContain("SECRET");
    project.git("add", "-A");
    project.git("commit", "-m", "link");
    assertThat(project.git("grep", "-c", "needle")).isEqualTo("src/main.c:1\n");
    assertThat(project.git("show")).contains("+../../../").doesNotContain("SECRET");
  }

  /// The index has a directory where the work tree has a link that leads out.
  private void linkInPlaceOfADirectory() {
    project.shell(
        """
        cd %s && mkdir d && echo ours >d/passwd && git add d && git commit -qm directory
        git switch -q -c link && git rm -qr d && ln -s ../../../%s d && git add d
        git commit -qm link && git switch -q main && ls %s && git push -q --all
        """
            .formatted(work, outside.getFileName(), outside));
    project.git("checkout", "link", "--", "d");
    project.git("reset", "-q", "HEAD", "--", "d");
    assertThat(work.resolve("d/passwd")).as("the link leads out").hasContent("SECRET");
  }

  /// The same, and the file that it leads to is in conflict.
  private void linkInPlaceOfAConflict(String ours) {
    var change = ours.equals("delete") ? "git rm -q d/passwd" : "echo our >d/passwd; git add d";
    project.shell(
        """
        cd %s && mkdir d && echo base >d/passwd && git add d && git commit -qm directory
        git switch -q -c x && echo their >d/passwd && git commit -qam theirs && git switch -q main
        %s; git commit -qm ours; git cherry-pick -n x || :
        rm -rf d && ln -s ../../../%s d
        """
            .formatted(work, change, outside.getFileName()));
    assertThat(work.resolve("d/passwd")).as("the link leads out").hasContent("SECRET");
  }
}
