package ai.orchard9.rdev.console.chart;

/// The `d` of an SVG path, in tenths of a unit. See [Paths in SVG
/// 2](https://www.w3.org/TR/SVG2/paths.html#PathData).
final class PathText {
  private final StringBuilder text = new StringBuilder();

  PathText moveTo(double x, double y) {
    text.append('M').append(number(x)).append(' ').append(number(y));
    return this;
  }

  PathText acrossTo(double x) {
    text.append('H').append(number(x));
    return this;
  }

  PathText upOrDownTo(double y) {
    text.append('V').append(number(y));
    return this;
  }

  PathText close() {
    text.append('Z');
    return this;
  }

  static String number(double value) {
    var tenths = Math.round(value * 10);
    return tenths % 10 == 0 ? String.valueOf(tenths / 10) : String.valueOf(tenths / 10.0);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
