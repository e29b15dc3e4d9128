package ai.orchard9.rdev.http;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.MDC;

/// Outermost of all: gives each request its id, in the answer and in every line logged for it.
final class RequestHandler extends Handler.Wrapper {

  static final String REQUEST_ID = "X-Request-Id";

  private static final Pattern ACCEPTABLE = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final int ID_BYTES = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ClientAddress clientAddress;

  RequestHandler(ClientAddress clientAddress) {
    this.clientAddress = clientAddress;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    var peer = Request.getRemoteAddr(request);
    var forwardedFor = request.getHeaders().getValuesList(HttpHeader.X_FORWARDED_FOR);
    var context =
        new RequestContext(
            requestId(request), clientAddress.find(peer, forwardedFor), isSecure(request, peer));
    request.setAttribute(RequestContext.ATTRIBUTE, context);
    response.getHeaders().put(REQUEST_ID, context.requestId());
    AnswerHeaders.keep(request, response);
    try (var _ = MDC.putCloseable(RequestContext.MDC_KEY, context.requestId())) {
      return super.handle(request, response, new LingeringClose(request, callback));
    }
  }

  private boolean isSecure(Request request, String peer) {
    var told = request.getHeaders().get(HttpHeader.X_FORWARDED_PROTO);
    return (told != null && clientAddress.isProxy(peer))
        ? told.strip().equalsIgnoreCase("https")
        : request.isSecure();
  }

  /// The id of the request, also of one that never came through here for being malformed.
  static String requestId(Request request) {
    if (request.getAttribute(RequestContext.ATTRIBUTE) instanceof RequestContext context) {
      return context.requestId();
    }
    var own = request.getHeaders().get(REQUEST_ID);
    if (own != null && ACCEPTABLE.matcher(own).matches()) {
      return own;
    }
    var bytes = new byte[ID_BYTES];
    RANDOM.nextBytes(bytes);
    return "req-" + HexFormat.of().formatHex(bytes);
  }
}
