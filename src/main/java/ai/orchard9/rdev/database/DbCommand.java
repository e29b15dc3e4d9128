package ai.orchard9.rdev.database;

import ai.orchard9.rdev.config.LineCommand;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.setup.Bootstrap;
import java.nio.file.Path;
import java.util.function.Function;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;

/// `db migrate|status|rollback config.yml`: the schema by hand, on the embedded PostgreSQL too.
public final class DbCommand<C extends Configuration> extends LineCommand<C> {

  private final Function<C, DatabaseConfig> database;
  private final Function<C, Path> home;

  public DbCommand(
      Application<C> application, Function<C, DatabaseConfig> database, Function<C, Path> home) {
    super(application, "db", "Bring the schema up to date, or show or take back changes");
    this.database = database;
    this.home = home;
  }

  @Override
  public void configure(Subparser parser) {
    parser
        .addArgument("action")
        .choices("migrate", "status", "rollback")
        .help("what to do; rollback takes back --count change sets");
    parser
        .addArgument("--count")
        .type(Integer.class)
        .setDefault(1)
        .help("how many change sets rollback takes back (default 1)");
    super.configure(parser);
  }

  @Override
  protected void run(Bootstrap<C> bootstrap, Namespace arguments, C configuration)
      throws Exception {
    var target =
        DatabaseModule.forCommand(database.apply(configuration), home.apply(configuration));
    var migrations = new Migrations(target);
    switch (arguments.getString("action")) {
      case "migrate" -> say("migrated=" + migrations.migrate());
      case "rollback" -> {
        migrations.rollback(arguments.getInt("count"));
        say("rolled_back=" + arguments.getInt("count"));
      }
      default -> {
        var pending = migrations.pending();
        say("pending=" + pending.size());
        pending.forEach(id -> say("change_set=" + id));
      }
    }
  }
}
