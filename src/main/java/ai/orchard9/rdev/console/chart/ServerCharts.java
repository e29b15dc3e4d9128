package ai.orchard9.rdev.console.chart;

import ai.orchard9.rdev.console.history.ServersMinute;
import java.time.Instant;
import java.util.List;

/// What the servers saw of themselves in a day: open streams, the circuit breaker.
public final class ServerCharts {
  private static final List<String> STATES = List.of("closed", "half_open", "open");

  private final Window window;
  private final Series<ServersMinute> series;
  private final Summary summary;

  private ServerCharts(Window window, List<ServersMinute> minutes) {
    this.window = window;
    this.series = new Series<>(window, minutes, ServersMinute::minute);
    this.summary = new Summary(window, series.presence());
  }

  /// Of the 24 hours that end with the current ten minutes.
  ///
  /// @param minutes in any order; what is older does not matter
  public static List<Chart> of(List<ServersMinute> minutes, Instant now) {
    var charts = new ServerCharts(Window.dayTo(now), minutes);
    return List.of(charts.streams(), charts.breaker());
  }

  private Chart streams() {
    var streams = series.maxima(ServersMinute::streams);
    var frame = new Frame(window, Scale.upTo(streams.most()), Frame.TALL);
    return new Sketch(frame)
        .gaps(series.presence())
        .area("area", "open streams", streams)
        .chart(
            "streams",
            "Open streams",
            summary.of(
                "Most open at once in %s: %s; now %s"
                    .formatted(
                        window.length(),
                        summary.highest(streams, Labels::count),
                        summary.newest(streams, Labels::count))),
            frame.values(Labels::count));
  }

  private Chart breaker() {
    var states = series.maxima(it -> STATES.indexOf(it.breaker()));
    var closed = states.where(it -> it == 0);
    var halfOpen = states.where(it -> it == 1);
    var open = states.where(it -> it == 2);
    return new Sketch(new Frame(window, Scale.upTo(1), Frame.FLAT))
        .gaps(series.presence())
        .bars("bar-completed", "closed", closed)
        .bars("bar-cancelled", "half open", halfOpen)
        .bars("bar-failed", "open", open)
        .chart(
            "breaker",
            "Circuit breaker, the worst state in each " + window.bucketLength(),
            summary.of(
                "Of %d times %s in %s, the breaker was open in %d and half open in %d"
                    .formatted(
                        window.buckets(),
                        window.bucketLength(),
                        window.length(),
                        open.total(),
                        halfOpen.total())),
            List.of());
  }
}
