package ai.orchard9.rdev.command.policy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What may stand where git expects a commit, a path or a remote. The three cannot be told apart
/// without the repository, so what holds for paths holds for all.
final class GitOperands {
  /// As Linux takes it (PATH_MAX).
  private static final int LONGEST = 4096;

  /// To git anything else could be a URL, `ext::` and what it runs, or a folder, the hooks of which
  /// it runs. Whether such a name is configured can be seen only where the command runs.
  private static final Pattern REMOTE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}");

  /// Signs that change what a pathspec means; `:(…)` could take it to the top of the work tree,
  /// past the look at the links on its way.
  private static final Pattern EXCLUDED = Pattern.compile(":(?:!|\\^|\\(exclude\\))(.*)");

  /// In the index, at a stage; never a pathspec.
  private static final Pattern STAGED = Pattern.compile(":(?:[0-3]:)?[^:()!^/].*");

  /// Elsewhere a ref can make git show other commits than there are (`refs/replace/`), or hide what
  /// `HEAD` means.
  private static final Pattern FETCHED_INTO =
      Pattern.compile("(?!HEAD$|refs/)[^:]*|refs/(heads|tags|remotes)/[^:]+");

  private static final Set<String> OF_THE_INDEX = Set.of("show", "cat-file", "rev-parse", "diff");

  private GitOperands() {}

  /// What is wrong with an operand, in words; empty when nothing is.
  static Optional<String> fault(String subcommand, String operand) {
    if (operand.startsWith("-")) {
      return Optional.of("an operand may not begin with -, write ./-name for such a file");
    }
    if (operand.getBytes(UTF_8).length > LONGEST) {
      return Optional.of("an operand may not be longer than 4,096 bytes");
    }
    var path = operand;
    if (operand.startsWith(":") && !operand.equals(":/")) {
      var excluded = EXCLUDED.matcher(operand);
      if (excluded.matches()) {
        path = excluded.group(1);
      } else if (!OF_THE_INDEX.contains(subcommand) || !STAGED.matcher(operand).matches()) {
        return Optional.of("pathspec magic other than :! and :/ is not allowed");
      }
    }
    return leaves(path)
        ? Optional.of("paths must stay inside the work directory, and out of .git")
        : Optional.empty();
  }

  /// The same for what `fetch`, `pull` and `push` take after the remote.
  static Optional<String> refspecFault(String subcommand, String operand) {
    var refs = operand.replaceFirst("^[+^]", "").replaceFirst("^:", "");
    if (refs.startsWith("-") || operand.contains("::") || leaves(refs)) {
      return Optional.of("must be a refspec, as main or main:other");
    }
    var target = refs.substring(refs.indexOf(':') + 1);
    if (!subcommand.equals("push")
        && refs.contains(":")
        && !FETCHED_INTO.matcher(target).matches()) {
      return Optional.of("is fetched into branches, tags and remotes only");
    }
    return Optional.empty();
  }

  static Optional<String> remoteFault(String operand) {
    return REMOTE.matcher(operand).matches() && !operand.contains("..")
        ? Optional.empty()
        : Optional.of("remotes go by their configured name: no URLs and no paths");
  }

  /// Out of the work directory, or into the repository's own: `mv` writes to `.git/config` and only
  /// then complains, and what stands there runs programs.
  private static boolean leaves(String path) {
    return path.startsWith("/")
        || path.startsWith("~")
        || Stream.of(path.split("[/:]", -1))
            .anyMatch(it -> it.equals("..") || it.equalsIgnoreCase(".git"));
  }
}
