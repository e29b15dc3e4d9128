package ai.orchard9.rdev.http;

import java.net.InetAddress;
import java.util.List;

/// Finds the client's address: the peer's, or, when the peer is a trusted proxy, the right-most
/// address of `X-Forwarded-For` that is not one. Whatever stands left of that is hearsay, and not
/// even read. A hop that cannot be read (`unknown`, `_hidden`, a name) ends the search at the last
/// one that could.
final class ClientAddress {

  /// No chain of proxies is that long; bounds the work for a header that is.
  static final int MOST_HOPS = 50;

  private static final int MOST_PORT_DIGITS = 5;

  private final List<AddressRange> trusted;

  ClientAddress(List<AddressRange> trusted) {
    this.trusted = List.copyOf(trusted);
  }

  /// The address, as Java writes it: v6 in full, a v4-mapped one as v4, without zone and port.
  ///
  /// @param peer numeric
  /// @param forwardedFor values of all `X-Forwarded-For` headers in order
  String find(String peer, List<String> forwardedFor) {
    var client = NumericAddress.parseHost(peer);
    return client.isEmpty() ? peer : find(client.get(), forwardedFor).getHostAddress();
  }

  /// Whether a peer is one of our own proxies, whose other words are believed, too.
  ///
  /// @param peer numeric
  boolean isProxy(String peer) {
    return NumericAddress.parseHost(peer).filter(this::isTrusted).isPresent();
  }

  private InetAddress find(InetAddress peer, List<String> forwardedFor) {
    var client = peer;
    int left = MOST_HOPS;
    for (int i = forwardedFor.size() - 1; i >= 0; i--) {
      var header = forwardedFor.get(i);
      for (int end = header.length(); end >= 0; left--) {
        if (left == 0 || !isTrusted(client)) {
          return client;
        }
        int comma = header.lastIndexOf(',', end - 1);
        var hop = header.substring(comma + 1, end).strip();
        end = comma;
        // RFC 9110 section 5.6.1.2: empty elements of a list do not count.
        if (!hop.isEmpty()) {
          var address = NumericAddress.parseHost(withoutPort(hop));
          if (address.isEmpty()) {
            return client;
          }
          client = address.get();
        }
      }
    }
    return client;
  }

  private boolean isTrusted(InetAddress address) {
    for (var range : trusted) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /// Some proxies add the client's port: `192.0.2.1:5678`, `[2001:db8::1]:443`.
  private static String withoutPort(String hop) {
    int colon = hop.lastIndexOf(':');
    boolean canBePort =
        hop.startsWith("[")
            ? hop.charAt(colon < 1 ? 0 : colon - 1) == ']'
            : colon == hop.indexOf(':');
    if (colon < 0 || !canBePort || !isPort(hop.substring(colon + 1))) {
      return hop;
    }
    return hop.substring(0, colon);
  }

  private static boolean isPort(String text) {
    return !text.isEmpty()
        && text.length() <= MOST_PORT_DIGITS
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
