package ai.orchard9.rdev.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.ee10.servlet.ErrorHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Errors that Jetty answers by itself (a bad URI, headers too large, whatever no mapper caught),
/// in the one shape of all errors.
final class JettyErrors {

  private static final Logger LOG = LoggerFactory.getLogger(JettyErrors.class);

  private static final long RETRY_SECONDS = 1;

  private final ObjectMapper mapper;
  private final InstantSource clock;

  JettyErrors(ObjectMapper mapper, InstantSource clock) {
    this.mapper = mapper;
    this.clock = clock;
  }

  /// For requests that reached a servlet context.
  ErrorHandler forContext() {
    return new ErrorHandler() {
      @Override
      protected void generateResponse(
          Request request,
          Response response,
          int code,
          @Nullable String message,
          @Nullable Throwable cause,
          Callback callback) {
        answer(request, response, code, cause, callback);
      }
    };
  }

  /// For those that did not.
  org.eclipse.jetty.server.handler.ErrorHandler forServer() {
    return new org.eclipse.jetty.server.handler.ErrorHandler() {
      @Override
      protected void generateResponse(
          Request request,
          Response response,
          int code,
          @Nullable String message,
          @Nullable Throwable cause,
          Callback callback) {
        answer(request, response, code, cause, callback);
      }
    };
  }

  private void answer(
      Request request,
      Response response,
      int status,
      @Nullable Throwable cause,
      Callback callback) {
    var requestId = RequestHandler.requestId(request);
    if (status >= 500 && cause != null) {
      LOG.atError()
          .addKeyValue("requestId", requestId)
          .addKeyValue("status", status)
          .setCause(cause)
          .log("request failed");
    }
    var body =
        new ErrorBody(
            new ErrorBody.Detail(ErrorBody.codeOf(status), describe(status), List.of()),
            new ErrorBody.Meta(requestId, clock.instant()));
    response.getHeaders().put(RequestHandler.REQUEST_ID, requestId);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    // Jetty's own; no other error has it.
    response.getHeaders().remove(HttpHeader.CACHE_CONTROL);
    if (status == HttpStatus.SERVICE_UNAVAILABLE_503) {
      // Jetty says so while it starts or stops; what comes then, or another server, will answer.
      response.getHeaders().put(HttpHeader.RETRY_AFTER, RETRY_SECONDS);
    }
    try {
      response.write(true, ByteBuffer.wrap(mapper.writeValueAsBytes(body)), callback);
    } catch (JsonProcessingException impossible) {
      callback.failed(impossible);
    }
  }

  private static String describe(int status) {
    // Jetty's own messages quote the request; the plain reason cannot carry anything back.
    var reason = HttpStatus.getMessage(status);
    return reason.toLowerCase(Locale.ROOT);
  }
}
