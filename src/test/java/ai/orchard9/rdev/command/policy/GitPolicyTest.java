package ai.orchard9.rdev.command.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.error.FieldError;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GitPolicyTest {
  /// The contract's.
  private static final List<String> SUBCOMMANDS =
      List.of(
          """
          status log diff show blame grep describe shortlog rev-parse rev-list ls-files ls-tree \
          cat-file branch tag switch checkout restore add rm mv commit merge rebase cherry-pick \
          revert reset clean stash fetch pull push remote\
          """
              .split(" ", -1));

  @Test
  void knowsTheContractsSubcommandsAndNoOther() {
    assertThat(GitSyntax.subcommands()).containsExactlyInAnyOrderElementsOf(SUBCOMMANDS);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "status -sb --porcelain=v2 -uno",
        "log --oneline -n 5 --graph --all",
        "log -3 --since=yesterday --author=me --format=%H%n%s -- src",
        "log -p -S text main..topic",
        "log -L 1,5:src/main.c",
        "log -Gword --pretty --stat=80 -M90%",
        "diff --cached",
        "diff main..feature",
        "diff HEAD~1 HEAD -- src/main.c :!docs",
        "diff -U5 -w :0:file file",
        "show HEAD~1:src/main.c",
        "show --stat stash@{0}",
        "blame -L 1,10 -w src/main.c",
        "grep -in needle -- src",
        "grep -e /etc/ -e ../up HEAD",
        "grep /slashes/.. src",
        "describe --tags --always --dirty --abbrev=8",
        "shortlog -sne HEAD",
        "rev-parse --verify --short=8 HEAD",
        "rev-list --count main...topic",
        "ls-files -o --exclude-standard",
        "ls-tree -r --name-only HEAD src/",
        "cat-file -p HEAD:src",
        "branch -avv",
        "branch -d topic",
        "branch -u origin/main",
        "branch --contains HEAD~2",
        "tag -a v1 -m message",
        "tag -l v1.*",
        "fetch origin main:refs/remotes/origin/main +topic:topic",
        "fetch origin refs/pull/1/head",
        "push origin HEAD:refs/for/main",
        "add .gitignore .github/workflows/ci.yml",
        "switch -c topic origin/topic",
        "switch -",
        "checkout -b topic",
        "checkout -- file.txt",
        "checkout HEAD~1 -- a b",
        "restore --staged --source=HEAD~1 .",
        "add -A",
        "add src/main.c ./-odd",
        "rm -r --cached build",
        "mv -f a b",
        "commit -am message --author=A",
        "commit --amend --no-edit",
        "commit --fixup=HEAD~1",
        "merge --no-ff -m message topic",
        "merge -s ours -Xtheirs topic",
        "merge --abort",
        "rebase --onto main a b",
        "rebase --continue",
        "cherry-pick -x -m 1 abc",
        "revert --no-edit HEAD",
        "reset --hard HEAD~1",
        "clean -fdx -e keep",
        "stash",
        "stash -u -m message",
        "stash push -m message -- file",
        "stash list --oneline",
        "stash show -p stash@{1}",
        "stash pop --index",
        "fetch",
        "fetch --all --prune --tags",
        "fetch origin +refs/heads/*:refs/remotes/origin/*",
        "pull --rebase origin main",
        "pull --rebase=merges --autostash",
        "push -u origin HEAD",
        "push origin :gone --force-with-lease=main:abc",
        "push --recurse-submodules=no origin main",
        "remote -v",
        "remote show -n origin",
        "remote get-url --all origin"
      })
  void allowsOrdinaryWork(String line) {
    assertThatCode(() -> GitPolicy.check(List.of(line.split(" ", -1)))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # runs a program
          0 | -c alias.x=!sh x
          0 | -c core.pager=sh log
          0 | --exec-path=/tmp status
          0 | --config-env=core.editor=X status
          0 | -p log
          0 | --paginate log
          0 | x
          0 | bisect run sh
          0 | difftool -x sh
          0 | mergetool
          0 | clone ext::sh
          0 | config core.pager sh
          0 | archive --remote=ext::sh HEAD
          0 | submodule foreach sh
          0 | filter-branch --tree-filter sh
          0 | upload-pack .
          0 | ls-remote ext::sh
          0 | worktree add /tmp/x
          0 | hook run pre-commit
          0 | help -a
          0 | gui
          0 | daemon
          0 | send-email x
          0 | instaweb --httpd sh
          0 | maintenance run
          0 | update-index --index-info
          0 | hash-object -w /etc/passwd
          0 | apply x
          0 | am x
          0 | bundle create x
          0 | notes add
          0 | interpret-trailers
          2 | mv cfg .git
          3 | mv -f cfg .git/config
          2 | mv hook .git/hooks/pre-push
          2 | mv bare sub/.git
          2 | mv h .//.GIT/h
          1 | mv .git/HEAD here
          3 | diff HEAD:file -- .git/config
          3 | diff HEAD:file -- :.git/config
          1 | add --renormalize .
          2 | fetch origin +link:refs/replace/0123
          2 | fetch origin main:HEAD
          2 | pull origin main:refs/notes/x
          1 | log --ext-diff
          1 | show --textconv
          1 | diff --ext-diff
          1 | blame --textconv file
          1 | grep --textconv x
          1 | cat-file --textconv HEAD:file
          1 | cat-file --filters HEAD:file
          1 | grep -Osh x
          1 | grep --open-files-in-pager=sh x
          1 | grep -nOsh x
          1 | rebase -x sh main
          1 | rebase --exec=sh main
          1 | rebase -qx sh main
          1 | rebase -i main
          1 | rebase --edit-todo
          1 | fetch --upload-pack=sh origin
          1 | fetch --upload-pa=sh origin
          1 | pull --upload-pack sh origin
          1 | push --receive-pack=sh origin
          1 | push --exec=sh origin
          1 | push --exe=sh origin
          1 | push --repo=ext::sh
          2 | merge -s sh topic
          1 | merge --strategy=../../sh topic
          1 | merge -ssh topic
          1 | merge -X-x topic
          2 | pull -X a;b origin
          1 | log --show-signature
          1 | tag -s v1
          1 | tag -v v1
          1 | tag -u key v1
          1 | commit -S -m x
          1 | commit --gpg-sign -m x
          1 | commit --trailer a:b -m x
          1 | merge --verify-signatures x
          1 | push --signed origin
          1 | status --help
          1 | status -h
          1 | fetch --recurse-submodules origin
          1 | fetch --recurse-submodules=yes origin
          1 | fetch --recurse-submodules no
          1 | pull --recurse-submodules=on-demand
          1 | checkout --recurse-submodules x
          1 | diff --submodule=diff
          1 | grep --recurse-submodules x
          # names a remote that nobody configured
          1 | fetch ext::sh
          1 | fetch file:///tmp/x
          1 | fetch /tmp/x
          1 | fetch ./x
          1 | fetch ../x
          1 | fetch .
          1 | fetch a/b
          1 | fetch https://example.org/x
          1 | fetch git@example.org:x
          1 | push host:path main
          2 | pull --rebase ext::sh main
          1 | fetch --multiple a b
          2 | fetch -- ext::sh
          1 | remote add x ext::sh
          1 | remote set-url origin ext::sh
          1 | remote rename a b
          1 | remote set-head origin -a
          2 | remote -v update
          3 | remote update origin ./x
          2 | remote show ./x
          3 | remote show origin ./x
          2 | fetch origin ext::sh
          1 | fetch --filter=blob:none origin
          1 | fetch --set-upstream origin main
          # opens an editor, or asks
          0 | commit
          0 | commit --amend
          0 | commit -a
          1 | commit -e -m x
          1 | commit -vm x
          1 | commit -c HEAD
          1 | commit --fixup=amend:HEAD
          2 | commit --fixup reword:HEAD
          1 | merge --edit x
          1 | revert -e HEAD
          1 | branch --edit-description
          0 | tag -a v1
          1 | pull --rebase=interactive
          1 | pull -rinteractive
          1 | add -i
          1 | add -e
          1 | add -p
          1 | checkout -p
          1 | reset -p
          1 | restore -p
          1 | stash -p
          2 | stash push -p
          1 | clean -i
          1 | commit -p -m x
          # reads or writes elsewhere
          0 | -C / status
          0 | --git-dir=/tmp status
          0 | --work-tree=/ status
          0 | --namespace=x status
          1 | log --output=/tmp/x
          1 | log --outpu=/tmp/x
          1 | diff --output /tmp/x
          1 | diff --no-index /etc/passwd x
          1 | diff --no-ind /etc/passwd x
          1 | diff /etc/passwd /etc/group
          1 | diff ../x ../y
          2 | diff HEAD ../x
          1 | diff -O/etc/passwd
          1 | grep -f /etc/passwd
          1 | grep -nf/etc/passwd
          1 | grep --no-index x /etc
          2 | grep x ../..
          1 | blame --contents /etc/passwd file
          1 | blame --ignore-revs-file=/etc/passwd file
          1 | blame -S /etc/passwd file
          1 | commit -F /etc/passwd
          1 | commit -aF/etc/passwd
          1 | commit --file=/etc/passwd
          1 | commit -t /etc/passwd -m x
          1 | commit --template=/etc/passwd -m x
          1 | tag -F /etc/passwd v1
          1 | merge -F /etc/passwd x
          1 | add --pathspec-from-file=/etc/passwd
          1 | reset --pathspec-from-file /etc/passwd
          1 | ls-files -X/etc/passwd
          1 | ls-files --exclude-from=/etc/passwd
          1 | ls-files --exclude-per-directory=x
          1 | rev-list --stdin
          1 | log --stdin
          1 | fetch --stdin origin
          1 | rev-parse --parseopt
          1 | rev-parse --resolve-git-dir
          1 | cat-file --batch-command
          1 | add ../outside
          1 | add /etc/passwd
          1 | add ~/x
          1 | add :(top)x
          1 | add :!../x
          1 | add :/../x
          1 | show :../x
          1 | show HEAD:../x
          1 | add a/../../b
          4 | checkout -b topic -- a/../../b
          1 | mv ../x y
          2 | mv x ../y
          1 | clean /tmp
          2 | clean -f ..
          2 | restore --source=HEAD /x
          # smuggles an option
          1 | log --end-of-options --output=x
          1 | log --no-index
          1 | log -n --output=x
          1 | log -n
          2 | log -- --output=x
          2 | add -- -x
          3 | fetch -- origin --upload-pack=sh
          1 | commit -m --amend
          1 | commit -m
          1 | commit -am
          1 | log -pS
          1 | log -ab
          1 | log -5p
          1 | status --short=x
          1 | commit --am -m x
          1 | log --format %H
          1 | shortlog -
          1 | diff -
          2 | branch -u /x
          1 | stash store x
          1 | stash create
          2 | stash clear x
          3 | stash pop a b
          1 | stash sh
          """)
  void refusesEverythingElseAndNamesTheArgument(int index, String line) {
    assertThatExceptionOfType(ApiException.Forbidden.class)
        .as(line)
        .isThrownBy(() -> GitPolicy.check(List.of(line.split(" ", -1))))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_NOT_ALLOWED);
              var rule = e.details().getFirst().message();
              assertThat(e.details()).containsExactly(new FieldError("args[" + index + "]", rule));
              assertThat(e.detail()).isEqualTo("git argument refused: " + rule);
            });
  }

  static Stream<String> subcommands() {
    return GitSyntax.subcommands().stream();
  }

  /// Whatever git adds, no cut of a name that is on the list passes unless it is on it, too.
  @ParameterizedTest
  @MethodSource("subcommands")
  void refusesEveryAbbreviation(String subcommand) {
    var syntax = GitSyntax.find(subcommand).orElseThrow();
    for (var option : syntax.options().values()) {
      for (int end = 3; option.isLong() && end < option.name().length(); end++) {
        var cut = option.name().substring(0, end);
        if (!syntax.options().containsKey(cut)) {
          assertThatExceptionOfType(ApiException.Forbidden.class)
              .as(subcommand + " " + cut)
              .isThrownBy(() -> GitPolicy.check(List.of(subcommand, cut)));
        }
      }
    }
  }

  @Test
  void keepsControlCharactersToTexts() {
    assertThatCode(() -> GitPolicy.check(List.of("commit", "-m", "subject\n\nbody\twide\n")))
        .doesNotThrowAnyException();
    assertThatCode(() -> GitPolicy.check(List.of("commit", "--message=subject\n\nbody")))
        .doesNotThrowAnyException();
    for (var args :
        List.of(
            List.of("add", "x\ny"),
            List.of("fetch", "origin", "x\ny"),
            List.of("log", "--date=x\ny"),
            List.of("log", "-n", "1\n"))) {
      assertThatExceptionOfType(ApiException.BadRequest.class)
          .isThrownBy(() -> GitPolicy.check(args))
          .satisfies(
              e ->
                  assertThat(e.details().getFirst().field())
                      .isEqualTo("args[" + (args.size() - 1) + "]"));
    }
  }

  @Test
  void saysWhatMustBeSeenToWhereItRuns() {
    assertThat(GitPolicy.check(List.of("fetch", "--prune", "origin", "main")).remote())
        .contains("origin");
    assertThat(GitPolicy.check(List.of("pull")).remote()).isEmpty();
    assertThat(GitPolicy.check(List.of("remote", "show", "backup")).remote()).contains("backup");
    assertThat(GitPolicy.check(List.of("diff", "a/b", "--", "c")).operands())
        .containsExactly("a/b", "c");
    assertThat(GitPolicy.check(List.of("grep", "x", "a")).links()).isEqualTo(GitCall.Links.INDEX);
    assertThat(GitPolicy.check(List.of("diff", "a")).links()).isEqualTo(GitCall.Links.UNMERGED);
    assertThat(GitPolicy.check(List.of("log", "a")).links())
        .isEqualTo(GitCall.Links.FOLLOWED_BY_NONE);
    assertThat(GitPolicy.check(List.of("show", "-s", "a")).arguments())
        .containsExactly("show", "--no-ext-diff", "--no-textconv", "-s", "a");
  }
}
