package ai.orchard9.rdev.execution;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.command.policy.GitCall;
import ai.orchard9.rdev.command.policy.GitPolicy;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.execution.spool.Launch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// How git is started: behind `git.sh`, which looks at the repository, and with settings that let
/// nothing run that was not asked for. The operator's own configuration of remotes, credentials
/// (helpers, `core.sshCommand`, `core.askPass`), identity and content filters (LFS) stays in force:
/// a key for git cannot write configuration, and nor can what it pulls.
final class GitLaunch {
  /// Given as `-c`, which wins over every file and reaches the git processes that git starts.
  private static final List<String> SETTINGS =
      List.of(
          // A directory that looks like a repository may have come with a commit, and its
          // configuration names programs.
          "safe.bareRepository=explicit",
          // Hooks run programs, and with any key would run them as whoever runs the commands.
          "core.hooksPath=/dev/null",
          // A program, or a daemon that outlives the command.
          "core.fsmonitor=false",
          // The command ends when its output does: collecting garbage must not go on behind it.
          "gc.autoDetach=false",
          "maintenance.autoDetach=false",
          // ext:: and fd:: name programs and descriptors in place of a server.
          "protocol.ext.allow=never",
          "protocol.fd.allow=never",
          // Nobody is there to ask.
          "credential.interactive=false",
          "core.editor=:",
          "sequence.editor=:",
          // Signatures are made and checked by programs. The program's name is set by four keys.
          "gpg.program=false",
          "gpg.openpgp.program=false",
          "gpg.x509.program=false",
          "gpg.ssh.program=false",
          "gpg.ssh.defaultKeyCommand=",
          "commit.gpgSign=false",
          "tag.gpgSign=false",
          "tag.forceSignAnnotated=false",
          "push.gpgSign=false",
          "log.showSignature=false",
          "merge.verifySignatures=false",
          // Submodules have configuration of their own, and `update` commands in it.
          "submodule.recurse=false",
          "fetch.recurseSubmodules=false",
          "push.recurseSubmodules=no",
          "status.submoduleSummary=false",
          "diff.submodule=short",
          // grep outside a repository would search any folder.
          "grep.fallbackToNoIndex=false",
          "advice.detachedHead=false");

  /// Variables win over what the configuration says of the same.
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          // Fails where it would ask for a name or a password.
          "GIT_TERMINAL_PROMPT",
          "0",
          // Beside --no-pager, for git processes that git starts.
          "GIT_PAGER",
          "cat",
          // To git, ":" is no program but the text as it is; "false" would fail every merge.
          "GIT_EDITOR",
          ":",
          "GIT_SEQUENCE_EDITOR",
          ":",
          "GIT_MERGE_AUTOEDIT",
          "no",
          // status and diff need not lock the index against commands that run at the same time.
          "GIT_OPTIONAL_LOCKS",
          "0");

  private static final String GATE = gate();

  private GitLaunch() {}

  static Map<String, String> environment() {
    return ENVIRONMENT;
  }

  /// The request was checked when it was submitted. A server with another list may have done that,
  /// so it is checked again; what is refused now fails, saying so.
  static Launch.Exec of(List<String> args) {
    try {
      return allowed(GitPolicy.check(args));
    } catch (ApiException e) {
      var script = "printf 'fatal: %s\\n' \"$1\" >&2; exit 128";
      return new Launch.Exec("sh", List.of("-c", script, "rdev-git", e.detail()));
    }
  }

  private static Launch.Exec allowed(GitCall call) {
    var words = new ArrayList<String>();
    words.addAll(List.of("-c", GATE, "rdev-git", call.remote().orElse("")));
    // The letters of --diff-filter: deleted, as git sees what lies beyond a link, and unmerged.
    words.add(
        switch (call.links()) {
          case FOLLOWED_BY_NONE -> "";
          case UNMERGED -> "U";
          case INDEX -> "DU";
        });
    words.add(Integer.toString(call.operands().size()));
    words.addAll(call.operands());
    words.add("--no-pager");
    for (var setting : SETTINGS) {
      words.addAll(List.of("-c", setting));
    }
    words.addAll(call.arguments());
    return new Launch.Exec("sh", words, "git");
  }

  /// The script without its comments: it is sent with every command.
  private static String gate() {
    try (var file =
        Objects.requireNonNull(
            GitLaunch.class.getResourceAsStream("/ai/orchard9/rdev/execution/git.sh"))) {
      return new String(file.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
