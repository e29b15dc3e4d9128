package ai.orchard9.rdev.webhook.send;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/// Looks a name up. It may block for long: whoever asks through [Targets] waits no longer than its
/// own limit. Called by several threads at once.
@FunctionalInterface
public interface HostResolver {

  /// All addresses of a name.
  ///
  /// @param host a name, lower case, without a trailing dot; never an address
  /// @throws UnknownHostException it has none, or nobody could be asked
  List<InetAddress> resolve(String host) throws UnknownHostException;

  /// The JVM's: hosts file, then DNS, with the JVM's cache (by default 30 s for what was found, 10
  /// s for what was not; `networkaddress.cache.ttl`).
  static HostResolver system() {
    return host -> List.of(InetAddress.getAllByName(host));
  }
}
