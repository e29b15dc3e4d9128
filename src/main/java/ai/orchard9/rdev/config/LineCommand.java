package ai.orchard9.rdev.config;

import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.cli.ConfiguredCommand;
import io.dropwizard.core.setup.Bootstrap;
import java.io.PrintStream;
import net.sourceforge.argparse4j.inf.Namespace;

/// A command of the command line that prints `name=value` lines and nothing else on stdout, for
/// programs to read; what is logged goes to stderr.
public abstract class LineCommand<C extends Configuration> extends ConfiguredCommand<C> {
  private final Application<C> application;
  private PrintStream out = System.out;

  protected LineCommand(Application<C> application, String name, String description) {
    super(name, description);
    this.application = application;
  }

  @Override
  protected final Class<C> getConfigurationClass() {
    return application.getConfigurationClass();
  }

  @Override
  public final void run(Bootstrap<?> bootstrap, Namespace arguments) throws Exception {
    out = System.out;
    System.setOut(System.err);
    super.run(bootstrap, arguments);
  }

  /// Prints one line as it is.
  protected final void say(String line) {
    out.println(line);
  }
}
