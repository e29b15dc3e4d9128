package ai.orchard9.rdev.console.chart;

import java.util.List;

/// A chart as `fragments/chart.html` draws it. Paths and coordinates are made of numbers only; what
/// is text is escaped there.
///
/// @param id of the figure; ids within the page begin with it
/// @param description what the chart says, in words
/// @param grid path of the lines behind
/// @param axis path of the line at the bottom
/// @param paths what is drawn, in this order
/// @param values labels of the lines behind, right-aligned
/// @param times labels of the axis, centred
public record Chart(
    String id,
    String title,
    String description,
    String viewBox,
    String grid,
    String axis,
    List<Path> paths,
    List<Label> values,
    List<Label> times,
    List<Sample> legend) {

  /// Copies the lists.
  public Chart {
    paths = List.copyOf(paths);
    values = List.copyOf(values);
    times = List.copyOf(times);
    legend = List.copyOf(legend);
  }

  /// Something drawn.
  ///
  /// @param style its CSS class
  public record Path(String style, String d) {}

  /// A text at a point.
  public record Label(String x, String y, String text) {}

  /// What a style stands for.
  ///
  /// @param d path of a sample, in a box of 12 by 12
  public record Sample(String style, String d, String text) {}
}
