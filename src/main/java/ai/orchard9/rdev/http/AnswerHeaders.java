package ai.orchard9.rdev.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/// Headers that are in an answer whoever writes it: a resource, an error, or a stream that has
/// taken it over from Jersey.
public final class AnswerHeaders {
  private static final String ATTRIBUTE = "ai.orchard9.rdev.answer-headers";

  private AnswerHeaders() {}

  static void keep(Request request, Response response) {
    request.setAttribute(ATTRIBUTE, response.getHeaders());
  }

  /// Sets a header of the answer to come.
  ///
  /// @throws IllegalStateException outside of the server's handler
  public static void put(ContainerRequestContext request, String name, String value) {
    if (!(request.getProperty(ATTRIBUTE) instanceof HttpFields.Mutable headers)) {
      throw new IllegalStateException("no answer");
    }
    headers.put(name, value);
  }
}
