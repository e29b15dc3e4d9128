package ai.orchard9.rdev.webhook.send;

import ai.orchard9.rdev.http.AddressRange;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;

/// Which addresses are reachable from everywhere and belong to one host, by the IANA IPv4 and IPv6
/// Special-Purpose Address Registries (RFC 6890) and the IPv6 Address Space registry.
///
/// Stricter than the registries where they allow what is no place for a receiver: anycast to the
/// network's own gateways (192.0.0.9, 192.0.0.10, 2001:1::1–3) and everything else in 2001::/23,
/// and addresses that carry another one for a translator nearby (64:ff9b::/96, ISATAP).
final class GlobalAddresses {

  private static final List<AddressRange> V4_SPECIAL =
      ranges(
          "0.0.0.0/8", // this network, RFC 791
          "10.0.0.0/8", // private, RFC 1918
          "100.64.0.0/10", // carrier-grade NAT, RFC 6598
          "127.0.0.0/8", // loopback, RFC 1122
          "169.254.0.0/16", // link-local, RFC 3927; metadata of clouds
          "172.16.0.0/12", // private, RFC 1918
          "192.0.0.0/24", // protocol assignments, RFC 6890
          "192.0.2.0/24", // documentation, RFC 5737
          "192.88.99.0/24", // 6to4 relays, RFC 7526
          "192.168.0.0/16", // private, RFC 1918
          "198.18.0.0/15", // benchmarks, RFC 2544
          "198.51.100.0/24", // documentation, RFC 5737
          "203.0.113.0/24", // documentation, RFC 5737
          "224.0.0.0/4", // multicast, RFC 5771
          "240.0.0.0/4"); // reserved, RFC 1112; broadcast, RFC 919

  /// All that IANA has given out for single hosts (RFC 4291 section 2.4). Outside lie unspecified
  /// and loopback (`::`, `::1`), v4-compatible and v4-mapped (`::/96`, `::ffff:0:0/96`), NAT64
  /// (64:ff9b::/96, RFC 6052; 64:ff9b:1::/48, RFC 8215), discard-only (100::/64, RFC 6666), SRv6
  /// (5f00::/16, RFC 9602), unique local (fc00::/7, RFC 4193), link-local (fe80::/10), site-local
  /// (fec0::/10, RFC 3879) and multicast (ff00::/8).
  private static final AddressRange V6_UNICAST = AddressRange.parse("2000::/3");

  private static final List<AddressRange> V6_SPECIAL =
      ranges(
          "2001::/23", // protocol assignments, RFC 2928; Teredo (2001::/32), benchmarks, ORCHID
          "2001:db8::/32", // documentation, RFC 3849
          "2002::/16", // 6to4, RFC 3056
          "3fff::/20"); // documentation, RFC 9637

  private GlobalAddresses() {}

  static boolean contains(InetAddress address) {
    if (address instanceof Inet4Address) {
      return !isIn(V4_SPECIAL, address);
    }
    return V6_UNICAST.contains(address) && !isIn(V6_SPECIAL, address) && !isIsatap(address);
  }

  /// An interface identifier of `0000:5efe` or `0200:5efe` and a v4 address (RFC 5214 section 6.1).
  private static boolean isIsatap(InetAddress v6) {
    var bytes = v6.getAddress();
    return (bytes[8] & ~0x02) == 0
        && bytes[9] == 0
        && bytes[10] == 0x5e
        && bytes[11] == (byte) 0xfe;
  }

  private static boolean isIn(List<AddressRange> ranges, InetAddress address) {
    return ranges.stream().anyMatch(range -> range.contains(address));
  }

  private static List<AddressRange> ranges(String... texts) {
    return List.of(texts).stream().map(AddressRange::parse).toList();
  }
}
