package ai.orchard9.rdev.webhook.send;

import ai.orchard9.rdev.http.AddressRange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;

/// What may be sent to: hosts all of whose addresses are reachable from everywhere, by IANA's
/// special-purpose registries, or lie in a range that the operator allows. One address inside this
/// network among public ones refuses the name. Users of this class check a URL when they are given
/// it; [HttpSender] checks again whenever it connects, and dials only what it has checked then.
///
/// What is v4-mapped counts as the v4 address. Addresses that carry another one (NAT64, 6to4,
/// Teredo, ISATAP) are refused whatever they carry; an operator whose network reaches v4 through
/// NAT64 allows that prefix, and with it all that the translator lets through.
public final class Targets {

  /// Longer than a resolver's first retry (5 s by default, resolv.conf(5)) would help nobody who
  /// waits for an answer to a request.
  private static final Duration LOOKUP_LIMIT = Duration.ofSeconds(5);

  private static final String NOT_REACHABLE =
      "must have a host that resolves, and to nothing but addresses reachable from everywhere";

  private final List<AddressRange> allowed;
  private final Lookups lookups;

  /// @param allowed ranges that may be sent to besides all public addresses
  public Targets(List<AddressRange> allowed, HostResolver resolver) {
    this.allowed = List.copyOf(allowed);
    this.lookups = new Lookups(resolver);
  }

  /// Reads a URL and looks its host up. Blocks for at most 5 s.
  ///
  /// @return the URL as it will be dialled: scheme and host in lower case without the root's dot,
  ///   an address in canonical form, never without a path
  /// @throws TargetRefusedException its message is safe to show
  public URI check(String url) throws TargetRefusedException {
    var target = TargetUrl.parse(url);
    try {
      addresses(target.uri().getHost(), LOOKUP_LIMIT);
    } catch (IOException unreachable) {
      throw new TargetRefusedException(NOT_REACHABLE);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new TargetRefusedException(NOT_REACHABLE);
    }
    return target.uri();
  }

  /// The addresses that may be dialled for a host: all that it has.
  ///
  /// @param host name or address, as [URI#getHost] has it
  /// @throws RefusedAddressException one of them may not be
  /// @throws UnknownHostException it has none
  /// @throws SocketTimeoutException it was not found in time
  List<InetAddress> addresses(String host, Duration limit)
      throws UnknownHostException, SocketTimeoutException, InterruptedException {
    var literal = TargetUrl.literal(host);
    var addresses = literal.isPresent() ? List.of(literal.get()) : lookups.find(host, limit);
    for (var address : addresses) {
      if (!isPermitted(address)) {
        throw new RefusedAddressException();
      }
    }
    return addresses;
  }

  boolean isPermitted(InetAddress address) {
    return GlobalAddresses.contains(address)
        || allowed.stream().anyMatch(range -> range.contains(address));
  }

  /// An answer of a name that may not be dialled. A kind of [UnknownHostException] because that is
  /// what a resolver of Apache HttpClient may throw.
  @SuppressWarnings("serial") // Never serialized.
  static final class RefusedAddressException extends UnknownHostException {
    RefusedAddressException() {
      super("address not allowed");
    }
  }
}
