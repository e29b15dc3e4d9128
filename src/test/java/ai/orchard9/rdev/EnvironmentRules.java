package ai.orchard9.rdev;

import ai.orchard9.rdev.config.EnvironmentRule;
import java.util.List;

/// Lets tests of other rooms see what the server says about its environment.
public final class EnvironmentRules {

  private EnvironmentRules() {}

  /// Every rule that the start checks.
  public static List<EnvironmentRule> all() {
    return RdevEnvironment.RULES;
  }
}
