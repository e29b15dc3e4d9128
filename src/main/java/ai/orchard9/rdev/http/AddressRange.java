package ai.orchard9.rdev.http;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// A CIDR or a single address, v4 or v6. Addresses are numeric, names are never looked up.
public record AddressRange(InetAddress network, int bits) {

  /// Reads `10.0.0.0/8`, `2001:db8::/32` or a single address.
  ///
  /// @throws IllegalArgumentException it is none, or has bits set behind the prefix
  public static AddressRange parse(String text) {
    var slash = text.indexOf('/');
    var address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
    var size = address.getAddress().length * 8;
    var bits = slash < 0 ? size : prefix(text.substring(slash + 1), size);
    var range = new AddressRange(address, bits);
    if (!Arrays.equals(masked(address.getAddress(), bits), address.getAddress())) {
      throw new IllegalArgumentException("bits are set behind the prefix of " + text);
    }
    return range;
  }

  /// Reads a comma-separated list; blank: none.
  ///
  /// @throws IllegalArgumentException one of them is none
  public static List<AddressRange> parseList(String text) {
    return Stream.of(text.split(",", -1))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .map(AddressRange::parse)
        .toList();
  }

  /// Whether the numeric address lies in the range; v4-mapped v6 addresses count as v4.
  public boolean contains(String address) {
    var bytes = InetAddress.ofLiteral(address).getAddress();
    return bytes.length == network.getAddress().length
        && Arrays.equals(masked(bytes, bits), network.getAddress());
  }

  private static int prefix(String text, int size) {
    if (text.matches("[0-9]{1,3}")) {
      var bits = Integer.parseInt(text);
      if (bits <= size) {
        return bits;
      }
    }
    throw new IllegalArgumentException("the prefix length must be 0–" + size);
  }

  private static byte[] masked(byte[] address, int bits) {
    var masked = address.clone();
    for (var i = 0; i < masked.length; i++) {
      var kept = Math.clamp(bits - 8L * i, 0, 8);
      masked[i] = (byte) (masked[i] & (0xff << (8 - kept)));
    }
    return masked;
  }
}
