package ai.orchard9.rdev;

import io.dropwizard.core.Application;
import io.dropwizard.core.setup.Environment;

/// The service. `run` is a table of contents: one line per feature.
public final class RdevApplication extends Application<RdevConfiguration> {

  /// Starts the command line: `server`, `check`, `db`.
  public static void main(String[] arguments) throws Exception {
    new RdevApplication().run(arguments);
  }

  @Override
  public String getName() {
    return "rdev-api";
  }

  @Override
  public void run(RdevConfiguration configuration, Environment environment) {}
}
