package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.command.queue.Roundup;
import ai.orchard9.rdev.http.Timestamps;
import ai.orchard9.rdev.ops.server.LiveServer;
import ai.orchard9.rdev.ops.server.Servers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `servers`: which there are, and what each of them does.
public final class ServersTask implements AdminTask {
  private final Servers servers;
  private final Roundup commands;

  public ServersTask(Servers servers, Roundup commands) {
    this.servers = servers;
    this.commands = commands;
  }

  @Override
  public String name() {
    return "servers";
  }

  @Override
  public List<String> usage() {
    return List.of();
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return false;
  }

  @Override
  public List<String> run(Arguments arguments) {
    var alive = servers.list();
    var leases = new HashMap<>(commands.leases());
    var lines = new ArrayList<String>();
    lines.add("alive=" + alive.size());
    for (var server : alive) {
      lines.add(line(server, Objects.requireNonNullElse(leases.remove(server.id()), 0)));
    }
    // Their leases run out within ten seconds, unless it is a version that does not say it lives.
    leases.forEach((id, count) -> lines.add("silent_owner=" + brief(id) + " commands=" + count));
    lines.add(newest("numbers_facts=", alive, LiveServer::numberedMillisAgo));
    lines.add(newest("seals_audit=", alive, LiveServer::sealedMillisAgo));
    return lines;
  }

  private String line(LiveServer server, int commandsThere) {
    return "server="
        + server.name()
        + " id="
        + brief(server.id())
        + " version="
        + server.version()
        + " started="
        + Timestamps.format(server.startedAt())
        + " draining="
        + server.draining()
        + " commands="
        + commandsThere
        + " streams="
        + server.streams()
        + " seen_ms_ago="
        + server.seenMillisAgo()
        + " asked="
        + server.id().equals(servers.self().id());
  }

  /// They take turns, whoever comes first: so this is who did it last.
  private static String newest(
      String word, List<LiveServer> alive, Function<LiveServer, @Nullable Long> age) {
    return alive.stream()
        .filter(it -> age.apply(it) != null)
        .min(Comparator.comparing(it -> Objects.requireNonNull(age.apply(it))))
        .map(it -> word + it.name() + " id=" + brief(it.id()) + " ms_ago=" + age.apply(it))
        .orElse(word + "nobody");
  }

  /// Enough of an id to tell servers apart.
  static String brief(String id) {
    return id.substring(0, Math.min(8, id.length()));
  }
}
