package ai.orchard9.rdev.console;

import ai.orchard9.rdev.command.history.CommandHistory;
import ai.orchard9.rdev.command.queue.Overview;
import ai.orchard9.rdev.console.chart.Chart;
import ai.orchard9.rdev.console.chart.CommandCharts;
import ai.orchard9.rdev.console.chart.ServerCharts;
import ai.orchard9.rdev.console.history.ServerHistory;
import ai.orchard9.rdev.http.AnyScope;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// `/console`: how things are, and how the last day was.
@Path("/console")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class OverviewPages {
  /// What the pictures show, and a little more: they begin at a whole ten minutes.
  private static final Duration DAY = Duration.ofHours(25);

  private final Attention attention;
  private final Overview queue;
  private final CommandHistory commands;
  private final ServerHistory servers;
  private final InstantSource clock;

  OverviewPages(
      Attention attention,
      Overview queue,
      CommandHistory commands,
      ServerHistory servers,
      InstantSource clock) {
    this.attention = attention;
    this.queue = queue;
    this.commands = commands;
    this.servers = servers;
    this.clock = clock;
  }

  /// How things are. Public only because Thymeleaf reads it.
  ///
  /// @param now the queue as it is; null: not for this caller
  /// @param charts of all projects together: only for who may see all
  public record OverviewPage(
      List<Attention.Item> attention, @Nullable Now now, List<Chart> charts) {}

  /// The queue as it is. Public only because Thymeleaf reads it.
  public record Now(int running, int pending, String oldest, boolean paused) {}

  @GET
  @AnyScope
  public View show(@Auth Caller caller) {
    var sees = caller.has(Scope.PROJECTS_READ);
    var seesAll = sees && caller.projects().isEmpty();
    var page =
        new OverviewPage(
            attention.of(caller), sees ? now(caller) : null, seesAll ? charts() : List.of());
    return new View("overview", "Overview", Area.OVERVIEW, page);
  }

  private Now now(Caller caller) {
    var picture = queue.picture(List.of(), caller::mayUse);
    return new Now(
        picture.running(),
        picture.pending().values().stream().mapToInt(it -> it).sum(),
        Objects.toString(Words.duration(picture.oldestPendingSeconds() * 1000)),
        picture.paused());
  }

  private List<Chart> charts() {
    var now = clock.instant();
    var since = now.minus(DAY);
    return Stream.concat(
            CommandCharts.of(commands.since(since), now).stream(),
            ServerCharts.of(servers.since(since), now).stream())
        .toList();
  }
}
