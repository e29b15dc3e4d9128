package ai.orchard9.rdev.command.policy;

import java.util.List;
import java.util.Optional;

/// A git command that was allowed, with what must be seen to where it runs: the policy knows no
/// files and no configuration.
///
/// @param arguments what git is given: the request's, and what its sub-command always gets
/// @param operands arguments that may be paths, none of which may lead over a symbolic link
/// @param remote the remote it names, which must be configured: to git any other name is a path
/// @param links which files that the index names it opens: they must not lie beyond a link
public record GitCall(
    List<String> arguments, List<String> operands, Optional<String> remote, Links links) {

  /// What of the index git opens without a look at links on the way.
  public enum Links {
    /// Nothing.
    FOLLOWED_BY_NONE,
    /// Files that a merge has left in conflict.
    UNMERGED,
    /// Any file.
    INDEX
  }

  public GitCall {
    arguments = List.copyOf(arguments);
    operands = List.copyOf(operands);
  }
}
