package ai.orchard9.rdev.webhook.send;

import ai.orchard9.rdev.webhook.send.Targets.RefusedAddressException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;

/// The words that attempts end in, all of them. Users see them and metrics count by them, so they
/// name kinds of trouble and never an address, a name or what an exception says.
public final class Failures {

  public static final String TIMED_OUT = "timed out";
  public static final String NAME_NOT_FOUND = "name not found";
  public static final String NOT_ALLOWED = "address not allowed";
  public static final String CONNECTION_REFUSED = "connection refused";
  public static final String NOT_REACHABLE = "not reachable";
  public static final String CONNECTION_RESET = "connection reset";
  public static final String CONNECTION_CLOSED = "connection closed without an answer";
  public static final String CERTIFICATE = "tls certificate not trusted";
  public static final String TLS = "tls handshake failed";
  public static final String TOO_LARGE = "answer too large";
  public static final String NOT_HTTP = "answer is not http";
  public static final String PROXY = "proxy refused";
  public static final String INTERRUPTED = "interrupted";
  public static final String OTHER = "sending failed";

  /// Every one of them.
  public static final Set<String> ALL =
      Set.of(
          TIMED_OUT,
          NAME_NOT_FOUND,
          NOT_ALLOWED,
          CONNECTION_REFUSED,
          NOT_REACHABLE,
          CONNECTION_RESET,
          CONNECTION_CLOSED,
          CERTIFICATE,
          TLS,
          TOO_LARGE,
          NOT_HTTP,
          PROXY,
          INTERRUPTED,
          OTHER);

  private Failures() {}

  /// What went wrong, by the exception that names it best: the innermost that is known.
  static String of(Throwable failure) {
    if (has(failure, CertificateException.class)
        || has(failure, SSLPeerUnverifiedException.class)) {
      return CERTIFICATE;
    }
    return causes(failure)
        .map(Failures::word)
        .filter(word -> !word.equals(OTHER))
        .reduce(OTHER, (outer, inner) -> inner);
  }

  private static String word(Throwable failure) {
    return switch (failure) {
      case RefusedAddressException _ -> NOT_ALLOWED;
      case UnknownHostException _ -> NAME_NOT_FOUND;
      case MessageConstraintException _ -> TOO_LARGE;
      case SocketTimeoutException _ -> TIMED_OUT;
      case NoHttpResponseException _, ConnectionClosedException _ -> CONNECTION_CLOSED;
      case ConnectException connect -> isUnreachable(connect) ? NOT_REACHABLE : CONNECTION_REFUSED;
      case NoRouteToHostException _ -> NOT_REACHABLE;
      case SocketException _ -> CONNECTION_RESET;
      case SSLException _ -> TLS;
      case InterruptedException _, InterruptedIOException _ -> INTERRUPTED;
      case HttpException _ -> NOT_HTTP;
      default -> OTHER;
    };
  }

  /// The JDK tells ENETUNREACH from ECONNREFUSED in words only.
  private static boolean isUnreachable(IOException failure) {
    return String.valueOf(failure.getMessage()).contains("unreachable");
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> kind) {
    return causes(failure).anyMatch(kind::isInstance);
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause).limit(16);
  }
}
