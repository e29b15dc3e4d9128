package ai.orchard9.rdev.command.policy;

import java.util.List;
import java.util.Optional;

/// A git command that was allowed, with what must be seen to where it runs: the policy knows no
/// files and no configuration.
///
/// @param arguments what git is given: the request's, and what its sub-command always gets
/// @param operands arguments that may be paths, none of which may lead over a symbolic link
/// @param remote the remote it names, which must be configured: to git any other name is a path
/// @param goesByIndex whether it reads or changes files that the index names, which must not lie
///   beyond a symbolic link
public record GitCall(
    List<String> arguments, List<String> operands, Optional<String> remote, boolean goesByIndex) {
  public GitCall {
    arguments = List.copyOf(arguments);
    operands = List.copyOf(operands);
  }
}
