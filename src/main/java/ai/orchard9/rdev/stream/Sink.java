package ai.orchard9.rdev.stream;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// The open answer of an asynchronous request.
///
/// Writes to Jetty's response itself, one write at a time: `ServletOutputStream` would keep a
/// buffer per stream and cut large writes into pieces of that buffer's size.
final class Sink {

  private final AsyncContext async;
  private final ServletContextRequest request;
  private final Response response;

  private Sink(AsyncContext async, ServletContextRequest request) {
    this.async = async;
    this.request = request;
    this.response = request.getServletContextResponse();
  }

  /// Takes over the answer of a request that Jersey has suspended.
  static Sink of(HttpServletRequest suspended) {
    AsyncContext async = suspended.getAsyncContext();
    async.setTimeout(0);
    return new Sink(async, ServletContextRequest.getServletContextRequest(async.getRequest()));
  }

  void status(int status) {
    response.setStatus(status);
  }

  void header(String name, String value) {
    response.getHeaders().put(name, value);
  }

  /// Says how many bytes will come. It is told to Jetty's own response only: the servlet's would
  /// miss those bytes in its own output, and cut the connection at the end.
  void length(long bytes) {
    Response inner = response instanceof Response.Wrapper wrapper ? wrapper.getWrapped() : response;
    inner.getHeaders().put("Content-Length", bytes);
  }

  /// Has the bytes pass uncompressed: a compressor would keep back what is to be seen now.
  void passUncompressed() {
    if (request.getHeaders().contains("Accept-Encoding")) {
      header("Content-Encoding", "identity");
    }
  }

  /// Writes without blocking; the callback may run before this returns.
  void write(Piece.Data data, Callback callback) {
    response.write(false, ByteBuffer.wrap(data.bytes(), data.offset(), data.length()), callback);
  }

  /// Ends the answer well.
  void end() {
    async.complete();
  }

  /// Cuts the connection, so that nobody takes what was sent for the whole.
  void abort() {
    request.getConnectionMetaData().getConnection().getEndPoint().close();
    async.complete();
  }
}
