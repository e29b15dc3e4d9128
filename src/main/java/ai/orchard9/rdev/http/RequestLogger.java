package ai.orchard9.rdev.http;

import java.util.regex.Pattern;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.NanoTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One line per request, and its metrics, under the logger `http.request`, with the prefix of the
/// key. Queries are left out: they may carry what is not for logs.
final class RequestLogger implements RequestLog {

  private static final Logger LOG = LoggerFactory.getLogger("http.request");

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private final HttpMetrics metrics;

  RequestLogger(HttpMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void log(Request request, Response response) {
    metrics.answered(request, response.getStatus());
    LOG.atInfo()
        .addKeyValue("method", request.getMethod())
        .addKeyValue("path", printable(Request.getPathInContext(request)))
        .addKeyValue("status", response.getStatus())
        .addKeyValue("bytes", Response.getContentBytesWritten(response))
        .addKeyValue("duration_ms", NanoTime.millisSince(request.getBeginNanoTime()))
        .addKeyValue("key", keyPrefix(request))
        .addKeyValue("client", client(request))
        .addKeyValue("requestId", RequestHandler.requestId(request))
        .log("request");
  }

  private static String keyPrefix(Request request) {
    return request.getAttribute(Caller.ATTRIBUTE) instanceof Caller caller
        ? caller.keyPrefix()
        : "-";
  }

  private static String client(Request request) {
    return request.getAttribute(RequestContext.ATTRIBUTE) instanceof RequestContext context
        ? context.clientAddress()
        : Request.getRemoteAddr(request);
  }

  /// Control characters must not reach a terminal through the log.
  private static String printable(String path) {
    return CONTROL.matcher(path).replaceAll("?");
  }
}
