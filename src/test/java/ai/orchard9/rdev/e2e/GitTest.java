package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Git commands do their ordinary work against a real remote, and nothing that a repository brings
/// with it makes them run a program or leave the work directory.
///
/// Where a program must not run, it would write the canary; each such test first lets git alone do
/// the same, to see that it would have.
final class GitTest {
  private static final Map<String, String> PEOPLE =
      Map.of(
          "GIT_AUTHOR_NAME", "A",
          "GIT_AUTHOR_EMAIL", "a@example.org",
          "GIT_COMMITTER_NAME", "C",
          "GIT_COMMITTER_EMAIL", "c@example.org");

  private static final String IDENTITY =
      "export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=C"
          + " GIT_COMMITTER_EMAIL=c@example.org; ";

  private final ApiClient client = SharedServer.get().client();
  private final String folder = "git" + System.nanoTime();
  private final Path workspace = SharedServer.get().workspace(ApiClient.DEMO);
  private final Path work = workspace.resolve(folder);

  /// Beside the work directory, as everything that is not the project's.
  private final Path outside = SharedServer.get().home().resolve("outside-" + folder);

  private final Path canary = outside.resolve("canary");

  @BeforeEach
  void makeARepositoryWithARemote() {
    shell(
        """
        mkdir -p %s && cd %s && echo SECRET >passwd
        git init -q --bare -b main origin.git
        git clone -q origin.git %s 2>&1 && cd %s && git checkout -q -b main
        printf 'one\\ntwo\\n' >file && mkdir src && echo needle >src/main.c
        git add . && git commit -qm first && git push -q -u origin main
        """
            .formatted(outside, outside, work, work));
  }

  @Test
  void doesOrdinaryWork() throws Exception {
    Files.writeString(work.resolve("file"), "one\ntwo\nthree\n");
    assertThat(git("status", "--short")).isEqualTo(" M file\n");
    assertThat(git("diff")).contains("+three");
    assertThat(git("diff", "HEAD", "--", "file", ":!src")).contains("+three");
    git("add", "file");
    git("commit", "-m", "second\n\nwith a body; $(touch smuggled)");
    assertThat(git("log", "--format=%s|%an|%cn")).isEqualTo("second|A|C\nfirst|A|C\n");
    assertThat(git("show", "--stat", "HEAD")).contains("1 file changed");
    assertThat(git("blame", "-L", "3,3", "file")).contains("three");
    assertThat(git("grep", "-n", "needle", "src")).isEqualTo("src/main.c:1:needle\n");
    assertThat(git("show", "HEAD~1:file")).isEqualTo("one\ntwo\n");
    git("push", "origin", "main");
    git("switch", "-c", "topic");
    Files.writeString(work.resolve("topic file"), "topic\n");
    git("add", "-A");
    git("commit", "-am", "third");
    git("push", "-u", "origin", "topic");
    assertThat(git("branch", "-a")).contains("* topic", "remotes/origin/topic");
    git("checkout", "main");
    git("merge", "--no-ff", "topic");
    assertThat(git("log", "--oneline", "-1")).contains("Merge branch 'topic'");
    git("revert", "-m", "1", "HEAD");
    git("cherry-pick", "topic");
    git("rebase", "origin/main");
    git("tag", "-a", "v1", "-m", "one");
    assertThat(git("describe")).isEqualTo("v1\n");
    assertThat(git("shortlog", "-sn", "HEAD")).contains("A");
    Files.writeString(work.resolve("file"), "changed\n");
    git("stash");
    assertThat(git("stash", "list")).contains("stash@{0}");
    assertThat(git("stash", "show", "-p")).contains("+changed");
    git("stash", "pop");
    git("restore", "file");
    git("mv", "file", "moved");
    git("rm", "-q", "--cached", "moved");
    git("reset", "--hard");
    Files.writeString(work.resolve("junk"), "junk\n");
    git("clean", "-f");
    assertThat(git("status", "--porcelain")).isEmpty();
    assertThat(work.resolve("smuggled")).doesNotExist();
  }

  @Test
  void exchangesWithItsRemote() throws Exception {
    shell(
        "cd %s && git clone -q origin.git other && cd other && echo x >theirs && git add . && git"
                .formatted(outside)
            + " commit -qm theirs && git push -q");

    assertThat(git("remote", "-v")).contains("origin.git");
    assertThat(git("remote", "show", "origin")).contains("HEAD branch: main");
    git("fetch", "--prune", "origin");
    assertThat(git("rev-list", "--count", "HEAD..@{u}")).isEqualTo("1\n");
    git("commit", "--allow-empty", "-m", "ours");
    git("pull", "--no-rebase");
    assertThat(git("log", "--format=%s", "-1")).startsWith("Merge branch");
    git("pull", "--rebase", "origin", "main");
    git("push");
    assertThat(git("status", "-sb")).startsWith("## main...origin/main\n");
    assertThat(work.resolve("theirs")).hasContent("x");
  }

  @Test
  void usesOnlyConfiguredRemotes() {
    bringInABareRepository();
    var push = "cd %s && git push bare main".formatted(work);
    assertRunsWithoutUs(push);

    for (var args :
        List.of(
            List.of("push", "bare", "main"),
            List.of("fetch", "bare"),
            List.of("pull", "bare", "main"),
            List.of("remote", "show", "bare"),
            List.of("remote", "update", "bare"))) {
      assertThat(failure(folder, args)).contains("'bare' is not a configured remote");
    }
    assertNothingRan();
  }

  @Test
  void runsNothingOfABareRepositoryThatAPullBroughtIn() {
    bringInABareRepository();
    assertRunsWithoutUs("cd %s/bare && git status".formatted(work));

    for (var inside : List.of("bare", "common", "bare/refs", "bare/hooks")) {
      for (var args :
          List.of(
              List.of("status"),
              List.of("log"),
              List.of("diff", "HEAD", "config"),
              List.of("add", "."),
              List.of("commit", "-m", "x"),
              List.of("checkout", "main"),
              List.of("fetch"),
              List.of("pull"),
              List.of("push"))) {
        assertThat(failure(folder + "/" + inside, args))
            .as(inside + args)
            .contains("a bare repository inside the work directory is not used");
      }
    }
    assertNothingRan();
  }

  @Test
  void runsNoHookAndNoConfiguredProgram() throws Exception {
    shell(
        """
        cd %s && for hook in pre-commit commit-msg post-commit prepare-commit-msg pre-merge-commit \
        post-checkout post-merge pre-push pre-rebase post-rewrite reference-transaction \
        post-index-change pre-auto-gc applypatch-msg fsmonitor-watchman; do \
        printf '#!/bin/sh\\necho x >%s\\n' >.git/hooks/$hook; chmod +x .git/hooks/$hook; done
        evil='echo x >%s; false'
        for key in core.fsmonitor core.pager core.editor sequence.editor gpg.program \
        gpg.openpgp.program gpg.ssh.program gpg.x509.program gpg.ssh.defaultKeyCommand \
        diff.external diff.evil.command diff.evil.textconv interactive.diffFilter pager.log \
        pager.status pager.branch alias.status alias.x; do git config $key "$evil"; done
        git config commit.gpgSign true; git config tag.gpgSign true; git config log.showSignature true
        git config merge.verifySignatures true; git config pull.rebase interactive
        git config grep.fallbackToNoIndex true
        printf '* diff=evil\\n' >.gitattributes
        """
            .formatted(work, canary, canary));
    for (var alone :
        List.of(
            "status", "diff", "commit --allow-empty -qm x", "commit --allow-empty", "blame file")) {
      assertRunsWithoutUs("cd %s && echo y >>file; git %s".formatted(work, alone));
    }

    git("add", ".gitattributes", "file");
    git("diff", "--cached");
    git("commit", "-m", "x");
    git("log", "-p", "-2", "--format=%G? %GS %s");
    git("show");
    git("blame", "file");
    git("grep", "one");
    git("status");
    git("branch", "-a");
    git("switch", "-c", "topic");
    git("commit", "--allow-empty", "-m", "y");
    git("switch", "main");
    git("merge", "--no-ff", "topic");
    git("revert", "-m", "1", "HEAD", "--no-commit");
    git("revert", "--abort");
    git("tag", "-a", "v2", "-m", "x");
    git("push", "origin", "main", "v2");
    git("fetch");
    git("pull");
    git("reset", "--hard", "origin/main");
    Files.writeString(work.resolve("file"), "changed\n");
    git("stash");
    git("stash", "show", "-p");
    git("stash", "list", "-p");
    git("stash", "pop");
    git("commit", "-am", "z");
    git("commit", "--amend", "--no-edit");
    git("rebase", "--force-rebase", "HEAD~1");
    assertNothingRan();
  }

  @Test
  void runsNothingThatCommitsBringIn() {
    shell(
        """
        cd %s && git clone -q origin.git evil && cd evil
        printf '* filter=evil diff=evil merge=evil\\n' >.gitattributes
        printf '[filter "evil"]\\n clean=echo x >%s\\n smudge=echo x >%s\\n[core]\\n editor=echo x >%s\\n' >.gitconfig
        printf '[submodule "sub"]\\n path=sub\\n url=ext::sh -c "echo x >%s"\\n' >.gitmodules
        mkdir hooks .husky && printf '#!/bin/sh\\necho x >%s\\n' >hooks/post-merge
        cp hooks/post-merge .husky/post-checkout; chmod +x hooks/* .husky/*
        git add . && git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub
        git commit -qm evil && git push -q
        """
            .formatted(outside, canary, canary, canary, canary, canary));

    git("pull");
    git("fetch", "--all");
    git("status");
    git("diff", "HEAD~1");
    git("log", "-p");
    git("checkout", "-b", "other");
    git("reset", "--hard", "HEAD~1");
    git("merge", "main");
    git("add", ".");
    git("stash", "-u");
    shell(
        """
        cd %s/evil && printf ' update=!echo x >%s\\n' >>.gitmodules && git commit -qam worse
        git push -q
        """
            .formatted(outside, canary));
    git("checkout", "main");
    // Whether git takes such a file is its own affair.
    run(folder, List.of("pull"));
    run(folder, List.of("status"));
    run(folder, List.of("checkout", "HEAD~1"));
    assertNothingRan();
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

    failure(folder, List.of(line.split(" ", -1)));

    assertThat(git("log", "-p", "--all")).doesNotContain("SECRET");
    assertThat(outside.resolve("passwd")).hasContent("SECRET");
    assertThat(outside.resolve("file")).doesNotExist();
    assertThat(work.resolve("here")).doesNotExist();
  }

  /// What git takes for a pathspec, `:d/passwd`, and not for a link's name.
  @ParameterizedTest
  @ValueSource(strings = {"diff HEAD:file -- :d/passwd", "diff HEAD:file -- :0:d/passwd"})
  void readsNothingThroughALinkByAnotherSpelling(String line) {
    linkInPlaceOfADirectory();
    shell("cd %s && ln -s d 0:d".formatted(work));

    assertThat(output(run(folder, List.of(line.split(" ", -1))))).doesNotContain("SECRET");
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
    shell("cp -a %s %s.before".formatted(work, work));
    for (var line : lines) {
      var said = output(run(folder, List.of(line.split(" ", -1))));

      assertThat(said).as(line).doesNotContain("SECRET");
      assertThat(outside.resolve("passwd")).as(line).hasContent("SECRET");
      assertThat(allObjects()).as(line).doesNotContain("SECRET");
      shell("rm -rf %s && cp -a %s.before %s".formatted(work, work, work));
    }
  }

  private String allObjects() {
    return output(
        client.run(
            "cd %s && git cat-file --batch-all-objects --batch-check='%%(objectname)'"
                    .formatted(work)
                + " | while read -r object; do git cat-file -p $object; done"));
  }

  @Test
  void keepsItsConfigurationWhereNoCommitCanReachIt() {
    shell(
        """
        cd %s && git clone -q %s/origin.git over && cd over && mv .git .bare
        echo 'gitdir: ./.bare' >.git && git status
        """
            .formatted(workspace, outside));

    assertThat(failure("over", List.of("status"))).contains("lies among its own files");
    shell("rm -rf %s/over".formatted(workspace));
  }

  @Test
  void lendsALinkToGitWhereItIsNotFollowed() {
    linkInPlaceOfADirectory();

    assertThat(git("status", "--short")).isEqualTo(" D d/passwd\n?? d\n");
    assertThat(git("diff")).contains("deleted file").doesNotContain("SECRET");
    git("add", "-A");
    git("commit", "-m", "link");
    assertThat(git("grep", "-c", "needle")).isEqualTo("src/main.c:1\n");
    assertThat(git("show")).contains("+../../../").doesNotContain("SECRET");
  }

  @Test
  void staysInTheProjectsRepository() {
    shell("cd %s && mkdir %s-plain && ln -s .git %s/link".formatted(workspace, folder, work));

    assertThat(failure(folder + "/.git", List.of("log"))).contains("not inside a .git directory");
    assertThat(failure(folder + "/.git/refs", List.of("log")))
        .contains("not inside a .git directory");
    assertThat(failure(folder + "/link", List.of("log"))).contains("not inside a .git directory");
    // The tests' projects lie in a checkout themselves.
    assertThat(failure(folder + "-plain", List.of("status"))).contains("not a git repository");
    assertThat(failure(folder + "-plain", List.of("diff", "a", "b")))
        .contains("not a git repository");
    shell("cd %s && git config core.worktree %s".formatted(work, outside));
    assertThat(failure(folder, List.of("status"))).contains("work tree is");
  }

  /// A commit with a directory that git takes for a repository, were one to go there or name it.
  private void bringInABareRepository() {
    shell(
        """
        cd %s && git clone -q origin.git evil && cd evil
        git init -q --bare -b main bare && touch bare/refs/keep bare/objects/keep
        printf '[core]\\n repositoryformatversion=0\\n bare=false\\n worktree=..\\n fsmonitor=echo x >%s; false\\n' >bare/config
        mkdir common payload payload/refs payload/objects && cp bare/HEAD common/
        cp bare/config payload/ && touch payload/refs/keep payload/objects/keep
        echo ../payload >common/commondir
        for hook in pre-receive post-checkout pre-commit post-commit pre-push; do
        printf '#!/bin/sh\\necho x >%s\\n' >bare/hooks/$hook; chmod +x bare/hooks/$hook; done
        git add -f . && git commit -qm evil && git push -q
        """
            .formatted(outside, canary, canary));
    git("pull");
    assertThat(work.resolve("bare/hooks/pre-receive")).isExecutable();
  }

  /// The index has a directory where the work tree has a link that leads out.
  private void linkInPlaceOfADirectory() {
    shell(
        """
        cd %s && mkdir d && echo ours >d/passwd && git add d && git commit -qm directory
        git switch -q -c link && git rm -qr d && ln -s ../../../%s d && git add d
        git commit -qm link && git switch -q main && ls %s && git push -q --all
        """
            .formatted(work, outside.getFileName(), outside));
    git("checkout", "link", "--", "d");
    git("reset", "-q", "HEAD", "--", "d");
    assertThat(work.resolve("d/passwd")).as("the link leads out").hasContent("SECRET");
  }

  /// The same, and the file that it leads to is in conflict.
  private void linkInPlaceOfAConflict(String ours) {
    var change = ours.equals("delete") ? "git rm -q d/passwd" : "echo our >d/passwd; git add d";
    shell(
        """
        cd %s && mkdir d && echo base >d/passwd && git add d && git commit -qm directory
        git switch -q -c x && echo their >d/passwd && git commit -qam theirs && git switch -q main
        %s; git commit -qm ours; git cherry-pick -n x || :
        rm -rf d && ln -s ../../../%s d
        """
            .formatted(work, change, outside.getFileName()));
    assertThat(work.resolve("d/passwd")).as("the link leads out").hasContent("SECRET");
  }

  private void assertRunsWithoutUs(String script) {
    client.run(IDENTITY + script);
    assertThat(canary).as("git alone runs it: " + script).exists();
    shell("rm " + canary);
  }

  private void assertNothingRan() {
    assertThat(canary).doesNotExist();
  }

  private void shell(String script) {
    var ended = client.run("set -e; " + IDENTITY + script);
    assertThat(ended.path("status").asText()).as(output(ended)).isEqualTo("completed");
  }

  private String git(String... args) {
    var ended = run(folder, List.of(args));
    assertThat(ended.path("status").asText())
        .as(List.of(args) + output(ended) + ended)
        .isEqualTo("completed");
    return new String(client.output(ended.path("id").asText(), "stdout"), UTF_8);
  }

  private String failure(String workdir, List<String> args) {
    var ended = run(workdir, args);
    assertThat(ended.path("status").asText()).as(args + output(ended)).isEqualTo("failed");
    assertThat(ended.path("error").path("code").asText())
        .as(args.toString())
        .isEqualTo("EXIT_NONZERO");
    return output(ended);
  }

  private JsonNode run(String workdir, List<String> args) {
    var body = Map.of("args", args, "workdir", workdir, "env", PEOPLE);
    var answer = client.post("/projects/demo/git", body);
    assertThat(answer.status()).as(args + answer.text()).isEqualTo(202);
    return client.awaitEnd(answer.data().path("id").asText(), Duration.ofSeconds(60));
  }

  private String output(JsonNode command) {
    return new String(client.output(command.path("id").asText()), UTF_8);
  }
}
