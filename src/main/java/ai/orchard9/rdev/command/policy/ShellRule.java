package ai.orchard9.rdev.command.policy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/// Refuses the shell texts in which a pattern is found.
///
/// @param name told to who is refused
record ShellRule(String name, Pattern pattern) {
  /// @throws IllegalArgumentException the pattern is none of RE2's, naming it
  static ShellRule of(String name, String pattern) {
    try {
      return new ShellRule(name, Pattern.compile(pattern));
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "policy.shellDeny." + name + " is no RE2 pattern: " + e.getMessage(), e);
    }
  }

  boolean refuses(String text) {
    return pattern.matcher(text).find();
  }
}
