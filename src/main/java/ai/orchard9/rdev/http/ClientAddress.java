package ai.orchard9.rdev.http;

import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Finds the client's address: the peer's, or, when the peer is a trusted proxy, the right-most
/// address of `X-Forwarded-For` that is not one.
final class ClientAddress {

  private final List<AddressRange> trusted;

  ClientAddress(List<AddressRange> trusted) {
    this.trusted = List.copyOf(trusted);
  }

  /// @param forwardedFor values of all `X-Forwarded-For` headers in order
  String find(String peer, List<String> forwardedFor) {
    var client = canonical(peer);
    if (trusted.isEmpty() || !isTrusted(client)) {
      return client;
    }
    var hops =
        forwardedFor.stream()
            .flatMap(header -> Stream.of(header.split(",", -1)))
            .map(String::strip)
            .collect(Collectors.toList());
    Collections.reverse(hops);
    for (var hop : hops) {
      try {
        client = canonical(hop);
      } catch (IllegalArgumentException unreadable) {
        return client;
      }
      if (!isTrusted(client)) {
        return client;
      }
    }
    return client;
  }

  private boolean isTrusted(String address) {
    return trusted.stream().anyMatch(range -> range.contains(address));
  }

  private static String canonical(String address) {
    var bare =
        address.startsWith("[") && address.endsWith("]")
            ? address.substring(1, address.length() - 1)
            : address;
    var zone = bare.indexOf('%');
    return InetAddress.ofLiteral(zone < 0 ? bare : bare.substring(0, zone)).getHostAddress();
  }
}
