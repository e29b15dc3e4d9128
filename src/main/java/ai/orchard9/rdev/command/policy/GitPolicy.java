package ai.orchard9.rdev.command.policy;

import ai.orchard9.rdev.error.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which git commands may run. A boundary, not a seat belt: who has a key for git alone must not
/// get a program of their choice to run, nor at files outside the work directory. So it allows
/// whole sub-commands and whole options and denies nothing by name: what nobody thought of is
/// refused.
///
/// It reads arguments only. What depends on the repository, as whether a name is that of a
/// configured remote, the [GitCall] hands on to where the command runs.
public final class GitPolicy {
  private GitPolicy() {}

  /// Refuses what is not allowed and says by which rule.
  ///
  /// @param args of git, its sub-command first
  /// @throws ApiException.Forbidden `COMMAND_NOT_ALLOWED`, naming the argument
  /// @throws ApiException.BadRequest a control character where no text is expected
  public static GitCall check(List<String> args) {
    if (GitSyntax.find(args.getFirst()).isEmpty() || args.getFirst().contains(" ")) {
      throw PolicyErrors.git(
          0, "only these sub-commands: " + String.join(" ", GitSyntax.subcommands()));
    }
    var words = isNested(args) ? 2 : 1;
    var subcommand = String.join(" ", args.subList(0, words));
    var syntax = GitSyntax.find(subcommand).orElseThrow(() -> unknown(args));
    var read = new GitArguments(subcommand, syntax, args, words);
    read.read();
    fault(subcommand, read)
        .ifPresent(
            rule -> {
              throw PolicyErrors.git(0, rule);
            });
    var arguments = new ArrayList<>(args.subList(0, words));
    arguments.addAll(syntax.added());
    arguments.addAll(args.subList(words, args.size()));
    return new GitCall(arguments, read.operands(), read.remote(), links(syntax));
  }

  private static GitCall.Links links(GitSyntax syntax) {
    if (syntax.is("index")) {
      return GitCall.Links.INDEX;
    }
    return syntax.is("unmerged") ? GitCall.Links.UNMERGED : GitCall.Links.FOLLOWED_BY_NONE;
  }

  /// Whether the second argument names what to do.
  private static boolean isNested(List<String> args) {
    return (args.getFirst().equals("stash") || args.getFirst().equals("remote"))
        && args.size() > 1
        && !args.get(1).startsWith("-");
  }

  private static ApiException unknown(List<String> args) {
    return PolicyErrors.git(
        1,
        args.getFirst().equals("remote")
            // Whoever names a remote may name ext:: or a folder with hooks: programs, that is.
            ? "of remote only show, get-url, prune and update: remotes are the operator's"
            : "of stash only push, list, show, apply, pop, drop, branch and clear");
  }

  /// What an editor would open for. Git is told to open none, but then there is no message.
  private static Optional<String> fault(String subcommand, GitArguments given) {
    return switch (subcommand) {
      case "commit" ->
          given.has("-m", "--message", "-C", "--reuse-message", "--fixup", "--dry-run")
                  || (given.has("--amend") && given.has("--no-edit"))
              ? Optional.empty()
              : Optional.of("commit needs -m, for an editor would open");
      case "tag" ->
          given.has("-a", "--annotate") && !given.has("-m", "--message")
              ? Optional.of("tag -a needs -m, for an editor would open")
              : Optional.empty();
      default -> Optional.empty();
    };
  }
}
