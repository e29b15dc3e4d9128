package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.apikey.ApiKey;
import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.command.queue.Roundup;
import ai.orchard9.rdev.command.queue.Running;
import ai.orchard9.rdev.command.queue.Selection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Commands as lines of tasks.
final class CommandLines {
  /// Each by itself; of more only their number is said.
  private static final int MOST = 500;

  private CommandLines() {}

  /// What would be ended.
  static List<String> wouldCancel(Roundup commands, Selection chosen) {
    var lines = new ArrayList<String>();
    lines.add("would_cancel_pending=" + commands.countPending(chosen));
    var running = commands.list(chosen, MOST);
    running.forEach(it -> lines.add("would_cancel=" + it.id() + " project=" + it.project()));
    more(commands.countRunning(chosen) - running.size(), lines);
    return lines;
  }

  /// What was ended, or is being.
  static List<String> cancelled(Roundup.Cancelled done) {
    var lines = new ArrayList<String>();
    lines.add("cancelled_pending=" + done.pending());
    done.running().stream()
        .limit(MOST)
        .forEach(it -> lines.add("cancelling=" + it.id() + " project=" + it.project()));
    more(done.running().size() - MOST, lines);
    return lines;
  }

  /// What runs.
  ///
  /// @param serverNames by ids of owners
  static List<String> running(
      Roundup commands, ApiKeyService keys, Map<String, String> serverNames) {
    var all = Selection.all();
    var running = commands.list(all, MOST);
    var prefixes = prefixes(keys, running);
    var lines = new ArrayList<String>();
    var count = Math.max(running.size(), commands.countRunning(all));
    lines.add("running=" + count);
    running.forEach(it -> lines.add(line(it, prefixes, serverNames)));
    more(count - running.size(), lines);
    return lines;
  }

  private static void more(int count, List<String> lines) {
    if (count > 0) {
      lines.add("not_shown=" + count);
    }
  }

  private static Map<UUID, String> prefixes(ApiKeyService keys, List<Running> running) {
    var ids =
        running.stream().map(Running::keyId).filter(Objects::nonNull).collect(Collectors.toSet());
    return keys.findAll(ids).stream().collect(Collectors.toMap(ApiKey::id, ApiKey::keyPrefix));
  }

  private static String line(
      Running command, Map<UUID, String> prefixes, Map<String, String> serverNames) {
    Function<UUID, String> prefix = it -> prefixes.getOrDefault(it, "deleted");
    var key = command.keyId() == null ? MeantKey.ADMIN : prefix.apply(command.keyId());
    var server =
        command.released()
            ? " server=none"
            : " server="
                + serverNames.getOrDefault(command.owner(), "unknown")
                + " server_id="
                + ServersTask.brief(command.owner());
    return "command="
        + command.id()
        + " project="
        + command.project()
        + " type="
        + command.type()
        + " key="
        + key
        + server
        + " age_seconds="
        + command.ageSeconds()
        + " bytes="
        + command.bytes()
        + " attempt="
        + command.attempt()
        + " adoptions="
        + command.adoptions()
        + (command.ending() ? " ending=true" : "");
  }
}
