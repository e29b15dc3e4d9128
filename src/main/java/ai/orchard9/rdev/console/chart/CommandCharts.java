package ai.orchard9.rdev.console.chart;

import ai.orchard9.rdev.command.history.Minute;
import java.time.Instant;
import java.util.List;

/// What commands did in a day: how many ended and how, how many waited and ran, how long that took.
public final class CommandCharts {
  private final Window window;
  private final Series<Minute> series;
  private final Summary summary;

  private CommandCharts(Window window, List<Minute> minutes) {
    this.window = window;
    this.series = new Series<>(window, minutes, Minute::minute);
    this.summary = new Summary(window, series.presence());
  }

  /// Of the 24 hours that end with the current ten minutes.
  ///
  /// @param minutes in any order; what is older does not matter
  public static List<Chart> of(List<Minute> minutes, Instant now) {
    var charts = new CommandCharts(Window.dayTo(now), minutes);
    return List.of(charts.outcomes(), charts.depth(), charts.queueTime(), charts.runTime());
  }

  private Chart outcomes() {
    var completed = series.sums(Minute::completed);
    var failed = series.sums(Minute::failed);
    var cancelled = series.sums(Minute::cancelled);
    var unhappy = cancelled.plus(failed);
    var all = unhappy.plus(completed);
    var frame = new Frame(window, Scale.upTo(all.most()), Frame.TALL);
    return new Sketch(frame)
        .gaps(series.presence())
        .bars("bar-failed", "failed " + Labels.count(failed.total()), failed)
        .bars("bar-cancelled", "cancelled " + Labels.count(cancelled.total()), cancelled, failed)
        .bars("bar-completed", "completed " + Labels.count(completed.total()), completed, unhappy)
        .chart(
            "commands",
            "Commands ended in each " + window.bucketLength(),
            summary.of(
                "%s in %s: %s completed, %s failed, %s cancelled. Most in %s: %s"
                    .formatted(
                        Labels.count(all.total(), "command"),
                        window.length(),
                        Labels.count(completed.total()),
                        Labels.count(failed.total()),
                        Labels.count(cancelled.total()),
                        window.bucketLength(),
                        summary.highest(all, Labels::count))),
            frame.values(Labels::count));
  }

  private Chart depth() {
    var pending = series.maxima(Minute::pending);
    var running = series.maxima(Minute::running);
    var frame = new Frame(window, Scale.upTo(Math.max(pending.most(), running.most())), Frame.TALL);
    return new Sketch(frame)
        .gaps(series.presence())
        .area("area", "waiting", pending)
        .line("line-a", "running", running)
        .chart(
            "depth",
            "Commands waiting and running",
            summary.of(
                "Most waiting at once in %s: %s; now %s. Most running at once: %s; now %s"
                    .formatted(
                        window.length(),
                        summary.highest(pending, Labels::count),
                        summary.newest(pending, Labels::count),
                        summary.highest(running, Labels::count),
                        summary.newest(running, Labels::count))),
            frame.values(Labels::count));
  }

  private Chart queueTime() {
    return times(
        "queue-time",
        "Time from submission to start",
        series.maxima(Minute::queueP50Ms),
        series.maxima(Minute::queueP95Ms));
  }

  private Chart runTime() {
    return times(
        "run-time",
        "Time from start to end",
        series.maxima(Minute::runP50Ms),
        series.maxima(Minute::runP95Ms));
  }

  private Chart times(String id, String title, Buckets half, Buckets most) {
    var frame = new Frame(window, Scale.upTo(most.most()), Frame.TALL);
    return new Sketch(frame)
        .gaps(series.presence())
        .line("line-b", "95% took no longer, in the worst minute", most)
        .line("line-a", "half took no longer, in the worst minute", half)
        .chart(
            id,
            title,
            summary.of(
                "The worst minute in %s: half within %s, 95%% within %s. Lately: %s and %s"
                    .formatted(
                        window.length(),
                        summary.highest(half, Labels::milliseconds),
                        summary.highest(most, Labels::milliseconds),
                        summary.newest(half, Labels::milliseconds),
                        summary.newest(most, Labels::milliseconds))),
            frame.values(Labels::milliseconds));
  }
}
