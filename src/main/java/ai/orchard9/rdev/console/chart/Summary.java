package ai.orchard9.rdev.console.chart;

import java.util.function.LongFunction;

/// A chart in words, for those who do not see it.
record Summary(Window window, Buckets recorded) {

  /// The text, and how much of the window it does not speak of.
  String of(String text) {
    var known = recorded.total();
    if (known == 0) {
      return "Nothing was recorded in %s.".formatted(window.length());
    }
    var missing = window.buckets() - known;
    return missing == 0
        ? text + "."
        : "%s. Of %d times %s, %d are not recorded."
            .formatted(text, window.buckets(), window.bucketLength(), missing);
  }

  /// The highest number and when it was, as in `40, from 14:20 UTC`.
  String highest(Buckets values, LongFunction<String> words) {
    var index = values.highest();
    return index.isEmpty()
        ? "none"
        : "%s, from %s UTC"
            .formatted(words.apply(values.most()), Labels.time(window.begin(index.getAsInt())));
  }

  /// The newest number.
  String newest(Buckets values, LongFunction<String> words) {
    var index = values.newest();
    return index.isEmpty() ? "none" : words.apply(values.at(index.getAsInt()));
  }
}
