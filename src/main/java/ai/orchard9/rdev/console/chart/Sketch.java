package ai.orchard9.rdev.console.chart;

import ai.orchard9.rdev.console.chart.Chart.Label;
import ai.orchard9.rdev.console.chart.Chart.Path;
import ai.orchard9.rdev.console.chart.Chart.Sample;
import java.util.ArrayList;
import java.util.List;

/// A chart in the making. What is added later lies above.
final class Sketch {
  private static final String BOX = "M0 0H12V12H0Z";
  private static final String DASH = "M0 6H12";

  /// Between two bars.
  private static final double AIR = 1;

  private final Frame frame;
  private final List<Path> paths = new ArrayList<>();
  private final List<Sample> legend = new ArrayList<>();

  Sketch(Frame frame) {
    this.frame = frame;
  }

  /// Marks where nothing was recorded, which is not where nothing happened.
  Sketch gaps(Buckets recorded) {
    var gaps = recorded.unknown();
    if (gaps.total() > 0) {
      var path = new PathText();
      gaps.known().forEach(it -> block(path, it, 0, frame.scale().top(), 0));
      add("gap", path, BOX, "not recorded");
    }
    return this;
  }

  /// Bars that stand on the ground.
  Sketch bars(String style, String text, Buckets values) {
    return bars(style, text, values, values.where(_ -> false));
  }

  /// Bars that stand on `below`.
  Sketch bars(String style, String text, Buckets values, Buckets below) {
    var path = new PathText();
    values
        .known()
        .filter(it -> values.at(it) > 0)
        .forEach(it -> block(path, it, below.at(it), below.at(it) + values.at(it), AIR));
    return add(style, path, BOX, text);
  }

  /// The surface under a line of steps.
  Sketch area(String style, String text, Buckets values) {
    var path = new PathText();
    values.known().forEach(it -> block(path, it, 0, values.at(it), 0));
    return add(style, path, BOX, text);
  }

  /// A line of steps, each as wide as its bucket; nothing is drawn where nothing is known.
  Sketch line(String style, String text, Buckets values) {
    var path = new PathText();
    values
        .known()
        .forEach(
            it -> {
              var y = frame.y(values.at(it));
              if (it > 0 && values.isKnown(it - 1)) {
                path.upOrDownTo(y);
              } else {
                path.moveTo(frame.x(it), y);
              }
              path.acrossTo(frame.x(it + 1));
            });
    return add(style, path, DASH, text);
  }

  Chart chart(String id, String title, String description, List<Label> values) {
    return new Chart(
        id,
        title,
        description,
        frame.viewBox(),
        frame.grid(),
        frame.axis(),
        paths,
        values,
        frame.times(),
        legend);
  }

  private void block(PathText path, int index, long low, long high, double air) {
    path.moveTo(frame.x(index), frame.y(low))
        .upOrDownTo(frame.y(high))
        .acrossTo(frame.x(index + 1) - air)
        .upOrDownTo(frame.y(low))
        .close();
  }

  private Sketch add(String style, PathText path, String sample, String text) {
    paths.add(new Path(style, path.toString()));
    legend.add(new Sample(style, sample, text));
    return this;
  }
}
