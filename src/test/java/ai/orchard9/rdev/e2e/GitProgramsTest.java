package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Nothing that a repository brings with it makes git commands run a program.
///
/// What must not run would write the canary; most tests first let git alone do the same, to see
/// that it would have.
final class GitProgramsTest {
  private final GitProject project = GitProject.make();
  private final String folder = project.folder();
  private final Path work = project.work();
  private final Path outside = project.outside();
  private final Path canary = outside.resolve("canary");

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
      assertThat(project.failure(folder, args)).contains("'bare' is not a configured remote");
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
        assertThat(project.failure(folder + "/" + inside, args))
            .as(inside + args)
            .contains("a bare repository inside the work directory is not used");
      }
    }
    assertNothingRan();
  }

  @Test
  void runsNoHookAndNoConfiguredProgram() throws Exception {
    project.shell(
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

    project.git("add", ".gitattributes", "file");
    project.git("diff", "--cached");
    project.git("commit", "-m", "x");
    project.git("log", "-p", "-2", "--format=%G? %GS %s");
    project.git("show");
    project.git("blame", "file");
    project.git("grep", "one");
    project.git("status");
    project.git("branch", "-a");
    project.git("switch", "-c", "topic");
    project.git("commit", "--allow-empty", "-m", "y");
    project.git("switch", "main");
    project.git("merge", "--no-ff", "topic");
    project.git("revert", "-m", "1", "HEAD", "--no-commit");
    project.git("revert", "--abort");
    project.git("tag", "-a", "v2", "-m", "x");
    project.git("push", "origin", "main", "v2");
    project.git("fetch");
    project.git("pull");
    project.git("reset", "--hard", "origin/main");
    Files.writeString(work.resolve("file"), "changed\n");
    project.git("stash");
    project.git("stash", "show", "-p");
    project.git("stash", "list", "-p");
    project.git("stash", "pop");
    project.git("commit", "-am", "z");
    project.git("commit", "--amend", "--no-edit");
    project.git("rebase", "--force-rebase", "HEAD~1");
    assertNothingRan();
  }

  @Test
  void runsNothingThatCommitsBringIn() {
    project.shell(
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

    project.git("pull");
    project.git("fetch", "--all");
    project.git("status");
    project.git("diff", "HEAD~1");
    project.git("log", "-p");
    project.git("checkout", "-b", "other");
    project.git("reset", "--hard", "HEAD~1");
    project.git("merge", "main");
    project.git("add", ".");
    project.git("stash", "-u");
    project.shell(
        """
        cd %s/evil && printf ' update=!echo x >%s\\n' >>.gitmodules && git commit -qam worse
        git push -q
        """
            .formatted(outside, canary));
    project.git("checkout", "main");
    // Whether git takes such a file is its own affair.
    project.run(folder, List.of("pull"));
    project.run(folder, List.of("status"));
    project.run(folder, List.of("checkout", "HEAD~1"));
    assertNothingRan();
  }

  /// A commit with a directory that git takes for a repository, were one to go there or name it.
  private void bringInABareRepository() {
    project.shell(
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
    project.git("pull");
    assertThat(work.resolve("bare/hooks/pre-receive")).isExecutable();
  }

  private void assertRunsWithoutUs(String script) {
    project.alone(script);
    assertThat(canary).as("git alone runs it: " + script).exists();
    project.shell("rm " + canary);
  }

  private void assertNothingRan() {
    assertThat(canary).doesNotExist();
  }
}
