package ai.orchard9.rdev.console.chart;

import ai.orchard9.rdev.console.chart.Chart.Label;
import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Where things are drawn: a box as wide as the page, with room for labels at its left and bottom.
record Frame(Window window, Scale scale, int height) {
  /// Of a chart with values.
  static final int TALL = 160;

  /// Of a strip that shows states.
  static final int FLAT = 56;

  private static final int WIDTH = 720;
  private static final int LEFT = 56;
  private static final int RIGHT = 8;
  private static final int TOP = 8;
  private static final int BOTTOM = 24;
  private static final int TIME_LABEL = 6;
  private static final int VALUE_LABEL = 4;
  private static final Duration BETWEEN_TIMES = Duration.ofHours(3);

  String viewBox() {
    return "0 0 " + WIDTH + " " + height;
  }

  /// Where a bucket begins.
  double x(int index) {
    return LEFT + (double) (WIDTH - LEFT - RIGHT) * index / window.buckets();
  }

  double y(long value) {
    return bottom() - (double) (bottom() - TOP) * value / scale.top();
  }

  int bottom() {
    return height - BOTTOM;
  }

  String grid() {
    return scale.ticks().stream().skip(1).map(it -> line(y(it))).collect(Collectors.joining());
  }

  String axis() {
    return line(bottom());
  }

  /// The scale in words.
  List<Label> values(LongFunction<String> words) {
    return scale.ticks().stream()
        .map(it -> label(LEFT - VALUE_LABEL, y(it) + VALUE_LABEL, words.apply(it)))
        .toList();
  }

  /// The full hours, each third of the day in UTC.
  List<Label> times() {
    return IntStream.range(0, window.buckets())
        .filter(it -> window.begin(it).getEpochSecond() % BETWEEN_TIMES.toSeconds() == 0)
        .mapToObj(it -> label(x(it), height - TIME_LABEL, Labels.time(window.begin(it))))
        .toList();
  }

  private static Label label(double x, double y, String text) {
    return new Label(PathText.number(x), PathText.number(y), text);
  }

  private static String line(double y) {
    return new PathText().moveTo(LEFT, y).acrossTo(WIDTH - RIGHT).toString();
  }
}
