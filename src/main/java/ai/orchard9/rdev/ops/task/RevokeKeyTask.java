package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.apikey.ApiKey;
import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.command.model.Requester;
import ai.orchard9.rdev.command.queue.Roundup;
import ai.orchard9.rdev.command.queue.Running;
import ai.orchard9.rdev.command.queue.Selection;
import ai.orchard9.rdev.error.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `revoke-key`: ends a key on every server, and on demand all that it has had started.
public final class RevokeKeyTask implements AdminTask {
  private static final String PREFIX = "prefix";
  private static final String CANCEL = "cancel";

  /// Other servers may take the key's word for a second more.
  private static final Duration STILL_GOOD = Duration.ofMillis(1500);

  private static final Duration ROUND = Duration.ofMillis(300);

  private final ApiKeyService keys;
  private final Roundup commands;

  public RevokeKeyTask(ApiKeyService keys, Roundup commands) {
    this.keys = keys;
    this.commands = commands;
  }

  @Override
  public String name() {
    return "revoke-key";
  }

  @Override
  public List<String> usage() {
    return List.of(PREFIX + "=<prefix>|<key id>", CANCEL + "=true");
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return true;
  }

  @Override
  public List<String> run(Arguments arguments) {
    var wanted =
        arguments.find(PREFIX).orElseThrow(() -> ApiException.badField(PREFIX, "is required"));
    var cancels = arguments.oneOf(CANCEL, List.of("true")).isPresent();
    if (wanted.equals(MeantKey.ADMIN)) {
      throw ApiException.badField(
          PREFIX, "the key of RDEV_ADMIN_KEY has no row: change the variable and start again");
    }
    var key = MeantKey.find(keys, PREFIX, wanted);
    var lines = new ArrayList<String>();
    if (arguments.isDryRun()) {
      lines.add(line(key.revokedAt() == null ? "would_revoke=" : "revoked_already=", key));
      if (cancels) {
        lines.addAll(CommandLines.wouldCancel(commands, chosen(key)));
      }
      return lines;
    }
    keys.revoke(Actor.OPERATOR, key.id().toString(), null);
    lines.add(line(key.revokedAt() == null ? "revoked=" : "revoked_already=", key));
    if (cancels) {
      lines.addAll(CommandLines.cancelled(cancel(key)));
    }
    return lines;
  }

  private static Selection chosen(ApiKey key) {
    return Selection.ofKey(Optional.of(key.id()));
  }

  private Roundup.Cancelled cancel(ApiKey key) {
    var end = System.nanoTime() + STILL_GOOD.toNanos();
    var pending = 0;
    var running = new ArrayList<Running>();
    do {
      var done = commands.cancel(chosen(key), CommandsTask.GRACE, Requester.of(Actor.OPERATOR));
      pending += done.pending();
      running.addAll(done.running());
    } while (System.nanoTime() - end < 0 && sleep());
    return new Roundup.Cancelled(pending, running);
  }

  private static boolean sleep() {
    try {
      Thread.sleep(ROUND);
      return true;
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String line(String word, ApiKey key) {
    return word + key.id() + " key=" + key.keyPrefix() + " name=" + key.name();
  }
}
