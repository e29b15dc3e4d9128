package ai.orchard9.rdev.command.output;

/// Where characters end (Unicode 16, table 3-7: well-formed UTF-8 byte sequences).
final class Utf8 {

  private Utf8() {}

  /// How many bytes at the end begin a character that later bytes could complete: 0 to 3.
  static int incompleteSuffix(byte[] bytes, int from, int to) {
    for (int back = 1; back <= 3 && to - back >= from; back++) {
      int lead = bytes[to - back] & 0xff;
      if (lead >= 0x80 && lead < 0xc0) {
        continue;
      }
      boolean begins = length(lead) > back && (back == 1 || secondFits(lead, bytes[to - back + 1]));
      return begins ? back : 0;
    }
    return 0;
  }

  private static int length(int lead) {
    if (lead >= 0xc2 && lead <= 0xdf) {
      return 2;
    }
    if (lead >= 0xe0 && lead <= 0xef) {
      return 3;
    }
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
  }

  private static boolean secondFits(int lead, byte second) {
    int value = second & 0xff;
    return switch (lead) {
      case 0xe0 -> value >= 0xa0;
      case 0xed -> value <= 0x9f;
      case 0xf0 -> value >= 0x90;
      case 0xf4 -> value <= 0x8f;
      default -> true;
    };
  }
}
