package ai.orchard9.rdev.apikey;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.config.LineCommand;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Timestamps;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.cli.Cli;
import io.dropwizard.core.setup.Bootstrap;
import java.util.List;
import java.util.function.Function;
import net.sourceforge.argparse4j.impl.Arguments;
import net.sourceforge.argparse4j.inf.Namespace;
import net.sourceforge.argparse4j.inf.Subparser;
import org.jspecify.annotations.Nullable;

/// `keys create|list|revoke config.yml`: keys by hand, on the embedded PostgreSQL too.
public final class KeysCommand<C extends Configuration> extends LineCommand<C> {
  private static final int MOST_LISTED = 10_000;

  private final Function<C, ApiKeyService> service;

  /// @param service over the database that the configuration names
  public KeysCommand(Application<C> application, Function<C, ApiKeyService> service) {
    super(application, "keys", "Make, list or revoke keys");
    this.service = service;
  }

  @Override
  public void configure(Subparser parser) {
    parser.addArgument("action").choices("create", "list", "revoke").help("what to do");
    parser.addArgument("--name").help("create: what the key is called");
    several(parser, "--scope", "create: a scope, as projects:read or admin; at least one");
    several(parser, "--project", "create: id of a project that it is limited to");
    several(parser, "--command-type", "create: shell, git or claude, if limited to some");
    several(parser, "--allowed-ip", "create: address or CIDR that it is limited to");
    parser.addArgument("--expires-in").help("create: 30d, 60d, 90d, 1y, <n>h or never (default)");
    number(parser, "--rate-limit-rps", Integer.class, "create: requests a second");
    number(parser, "--max-turns", Integer.class, "create: budget of each claude run");
    number(parser, "--max-tokens", Long.class, "create: budget of each claude run");
    number(parser, "--max-cost-usd", Double.class, "create: budget of each claude run");
    parser.addArgument("--prefix").help("revoke: the 8 characters after rdev_sk_");
    super.configure(parser);
  }

  private static void several(Subparser parser, String option, String help) {
    parser.addArgument(option).action(Arguments.append()).help(help + " (may be repeated)");
  }

  private static void number(Subparser parser, String option, Class<?> type, String help) {
    parser.addArgument(option).type(type).help(help);
  }

  @Override
  protected void run(Bootstrap<C> bootstrap, Namespace arguments, C configuration) {
    var keys = service.apply(configuration);
    switch (arguments.getString("action")) {
      case "create" -> create(keys, arguments);
      case "list" -> keys.list(MOST_LISTED).forEach(this::print);
      default -> revoke(keys, arguments.getString("prefix"));
    }
  }

  @Override
  public void onError(Cli cli, Namespace arguments, Throwable failure) {
    if (failure instanceof ApiException refused) {
      cli.getStdErr().println("error: " + refused.detail());
    } else {
      super.onError(cli, arguments, failure);
    }
  }

  private void create(ApiKeyService keys, Namespace arguments) {
    var wanted =
        NewKeyRules.check(
            new NewKeyRequest(
                arguments.getString("name"),
                list(arguments, "scope"),
                list(arguments, "project"),
                list(arguments, "command_type"),
                list(arguments, "allowed_ip"),
                arguments.getString("expires_in"),
                arguments.getInt("rate_limit_rps"),
                arguments.getInt("max_turns"),
                arguments.getLong("max_tokens"),
                arguments.getDouble("max_cost_usd")));
    var made = keys.create(Actor.COMMAND_LINE, wanted, null);
    say("id=" + made.key().id());
    say("key=" + made.plain());
  }

  private void print(ApiKey key) {
    var expiry = key.expiresAt() == null ? "never" : Timestamps.format(key.expiresAt());
    say(
        "id=%s prefix=%s status=%s scopes=%s expires_at=%s name=%s"
            .formatted(
                key.id(),
                key.keyPrefix(),
                key.status().wire(),
                String.join(",", key.scopes()),
                expiry,
                key.name()));
  }

  private void revoke(ApiKeyService keys, @Nullable String prefix) {
    if (prefix == null) {
      throw ApiException.badField("prefix", "is required");
    }
    var revoked = keys.revokeAll(Actor.COMMAND_LINE, prefix);
    revoked.forEach(id -> say("revoked=" + id));
    if (revoked.isEmpty()) {
      throw ApiKeyErrors.notFound();
    }
  }

  private static @Nullable List<@Nullable String> list(Namespace arguments, String name) {
    return arguments.getList(name);
  }
}
