package ai.orchard9.rdev.execution.spool;

import java.util.HashMap;
import java.util.Map;

/// A line of `name=value` words.
record Fields(Map<String, String> values) {
  static Fields parse(String line) {
    var values = new HashMap<String, String>();
    for (var word : line.strip().split(" ", -1)) {
      var equals = word.indexOf('=');
      if (equals > 0) {
        values.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return new Fields(Map.copyOf(values));
  }

  /// @throws IllegalArgumentException there is no such field
  String get(String name) {
    var value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no " + name);
    }
    return value;
  }

  int number(String name) {
    return Integer.parseInt(get(name));
  }

  boolean flag(String name) {
    return number(name) != 0;
  }
}
