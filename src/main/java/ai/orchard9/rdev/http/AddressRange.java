package ai.orchard9.rdev.http;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/// A CIDR or a single address, v4 or v6. Addresses are numeric, names are never looked up. What is
/// v4-mapped is v4.
public record AddressRange(InetAddress network, int bits) {

  private static final int MAPPED_BITS = 96;

  /// Reads `10.0.0.0/8`, `2001:db8::/32` or a single address.
  ///
  /// @throws IllegalArgumentException it is none, or has bits set behind the prefix
  public static AddressRange parse(String text) {
    var slash = text.indexOf('/');
    var literal = slash < 0 ? text : text.substring(0, slash);
    var address =
        NumericAddress.parse(literal)
            .orElseThrow(() -> new IllegalArgumentException("must be an address or a CIDR"));
    var size = address.getAddress().length * 8;
    var mapped = size == 32 && literal.indexOf(':') >= 0 ? MAPPED_BITS : 0;
    var bits = slash < 0 ? size : prefix(text.substring(slash + 1), mapped, mapped + size) - mapped;
    if (hasBitsBehind(address.getAddress(), bits)) {
      throw new IllegalArgumentException("must have no bits set behind the prefix length");
    }
    return new AddressRange(address, bits);
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

  /// Whether the numeric address lies in the range.
  ///
  /// @throws IllegalArgumentException it is not numeric
  public boolean contains(String address) {
    return contains(InetAddress.ofLiteral(address));
  }

  /// Whether the address lies in the range.
  public boolean contains(InetAddress address) {
    return hasPrefix(address.getAddress());
  }

  /// Whether every address of the other range lies in this one.
  public boolean contains(AddressRange other) {
    return other.bits >= bits && contains(other.network);
  }

  private boolean hasPrefix(byte[] address) {
    var own = network.getAddress();
    if (address.length != own.length) {
      return false;
    }
    for (int i = 0; 8 * i < bits; i++) {
      if (((address[i] ^ own[i]) & mask(i, bits)) != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasBitsBehind(byte[] address, int bits) {
    for (int i = 0; i < address.length; i++) {
      if ((address[i] & 0xff & ~mask(i, bits)) != 0) {
        return true;
      }
    }
    return false;
  }

  /// The bits of byte `index` that belong to the prefix.
  private static int mask(int index, int bits) {
    return (0xff << (8 - Math.clamp(bits - 8L * index, 0, 8))) & 0xff;
  }

  private static int prefix(String text, int least, int most) {
    if (text.matches("0|[1-9][0-9]{0,2}")) {
      var bits = Integer.parseInt(text);
      if (bits >= least && bits <= most) {
        return bits;
      }
    }
    throw new IllegalArgumentException("the prefix length must be " + least + "–" + most);
  }

  /// As it is written: a single address without a prefix length.
  @Override
  public String toString() {
    var address = network.getHostAddress();
    return bits == 8 * network.getAddress().length ? address : address + "/" + bits;
  }
}
