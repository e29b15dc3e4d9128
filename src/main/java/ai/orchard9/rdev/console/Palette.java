package ai.orchard9.rdev.console;

/// The sixteen colours that pages have, and which of them is like another.
final class Palette {
  /// xterm's, as red, green, blue.
  private static final int[][] SIXTEEN = {
    {0, 0, 0}, {205, 0, 0}, {0, 205, 0}, {205, 205, 0},
    {0, 0, 238}, {205, 0, 205}, {0, 205, 205}, {229, 229, 229},
    {127, 127, 127}, {255, 0, 0}, {0, 255, 0}, {255, 255, 0},
    {92, 92, 255}, {255, 0, 255}, {0, 255, 255}, {255, 255, 255}
  };

  private static final int[] STEPS = {0, 95, 135, 175, 215, 255};

  private Palette() {}

  /// Of the 256 of xterm: sixteen, a cube of 6 × 6 × 6, and 24 greys.
  static int nearest(int index) {
    if (index < 0 || index > 255) {
      return 7;
    }
    if (index < 16) {
      return index;
    }
    if (index >= 232) {
      var grey = 8 + 10 * (index - 232);
      return nearest(grey, grey, grey);
    }
    var cube = index - 16;
    return nearest(STEPS[cube / 36], STEPS[cube / 6 % 6], STEPS[cube % 6]);
  }

  static int nearest(int red, int green, int blue) {
    var best = 0;
    var least = Integer.MAX_VALUE;
    for (int i = 0; i < SIXTEEN.length; i++) {
      var distance =
          square(red - SIXTEEN[i][0])
              + square(green - SIXTEEN[i][1])
              + square(blue - SIXTEEN[i][2]);
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }

  private static int square(int difference) {
    return difference * difference;
  }
}
