package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.config.LineCommand;
import ai.orchard9.rdev.config.Secret;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.setup.Bootstrap;
import java.util.Optional;
import java.util.function.Function;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;
import org.jdbi.v3.core.Jdbi;

/// `audit verify [--head HASH] config.yml`: checks the record in the database, with no server. Ends
/// with status 1 when it is broken.
public final class AuditCommand<C extends Configuration> extends LineCommand<C> {
  private final Function<C, Jdbi> database;
  private final Function<C, Optional<Secret<String>>> sealingKey;

  public AuditCommand(
      Application<C> application,
      Function<C, Jdbi> database,
      Function<C, Optional<Secret<String>>> sealingKey) {
    super(application, "audit", "Check that nobody has tampered with the audit log");
    this.database = database;
    this.sealingKey = sealingKey;
  }

  @Override
  public void configure(Subparser parser) {
    parser.addArgument("action").choices("verify").help("what to do");
    parser.addArgument("--head").help("a head noted before, which must be part of the record");
    super.configure(parser);
  }

  @Override
  protected void run(Bootstrap<C> bootstrap, Namespace arguments, C configuration) {
    var chain = new Chain(sealingKey.apply(configuration));
    var result =
        new Verification(database.apply(configuration), chain)
            .verify(Optional.ofNullable(arguments.getString("head")));
    say("valid=" + result.valid());
    say("checked=" + result.checked());
    say("first_broken_id=" + (result.firstBrokenId() == null ? "" : result.firstBrokenId()));
    say("head=" + (result.head() == null ? "" : result.head()));
    if (!result.valid()) {
      throw new BrokenException();
    }
  }

  /// The lines printed say it all.
  @Override
  public void onError(Cli cli, Namespace namespace, Throwable e) {
    if (!(e instanceof BrokenException)) {
      super.onError(cli, namespace, e);
    }
  }

  private static final class BrokenException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
