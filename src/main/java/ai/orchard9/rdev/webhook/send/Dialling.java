package ai.orchard9.rdev.webhook.send;

import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;

/// Tells a client which addresses to dial. Every new connection begins here, and nowhere else does
/// the client look at a name: what is checked here is what is connected to.
final class Dialling implements DnsResolver {

  private final Lookup lookup;

  private Dialling(Lookup lookup) {
    this.lookup = lookup;
  }

  /// Only to addresses that may be sent to.
  static DnsResolver of(Targets targets) {
    return new Dialling(
        host -> targets.addresses(host, Watch.CURRENT.get().left()).toArray(InetAddress[]::new));
  }

  /// To the operator's proxy, wherever it is.
  static DnsResolver anywhere() {
    var lookups = new Lookups(HostResolver.system());
    return new Dialling(
        host -> lookups.find(host, Watch.CURRENT.get().left()).toArray(InetAddress[]::new));
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    Watch.CURRENT.get().dialled();
    try {
      return lookup.find(host);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw unknown(host, new InterruptedIOException());
    } catch (SocketTimeoutException late) {
      throw unknown(host, late);
    }
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  private static UnknownHostException unknown(String host, Exception cause) {
    var unknown = new UnknownHostException(host);
    unknown.initCause(cause);
    return unknown;
  }

  @FunctionalInterface
  private interface Lookup {
    InetAddress[] find(String host)
        throws UnknownHostException, SocketTimeoutException, InterruptedException;
  }
}
