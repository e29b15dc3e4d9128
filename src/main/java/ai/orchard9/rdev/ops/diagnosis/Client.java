package ai.orchard9.rdev.ops.diagnosis;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;

/// Who waits for a file.
final class Client {
  /// A fast network needs seconds; who has not got it by then keeps the disk and the turn from
  /// others.
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(5);
  private static final int PIECE = 64 * 1024;

  private final HttpServletRequest request;
  private final HttpServletResponse response;

  Client(HttpServletRequest request, HttpServletResponse response) {
    this.request = request;
    this.response = response;
  }

  /// To be called now and then while nothing can be sent yet: by an interim answer (102, RFC 2518),
  /// which clients pass over, it is noticed that one has gone.
  ///
  /// @throws IOException it has gone
  void awaits() throws IOException, InterruptedException {
    try {
      ServletContextRequest.getServletContextRequest(request)
          .getServletContextResponse()
          .writeInterim(HttpStatus.PROCESSING_102, HttpFields.EMPTY)
          .get(SIGN_OF_LIFE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("the client has gone", e);
    }
  }

  /// Says how many bytes will come.
  void expect(long bytes) {
    response.setContentLengthLong(bytes);
  }

  /// Sends it to the end.
  void send(InputStream file) throws IOException {
    var end = System.nanoTime() + LONGEST.toNanos();
    var out = response.getOutputStream();
    var piece = new byte[PIECE];
    for (int count = file.read(piece); count >= 0; count = file.read(piece)) {
      if (System.nanoTime() - end > 0) {
        throw new IOException("not sent within " + LONGEST);
      }
      out.write(piece, 0, count);
    }
    out.flush();
  }
}
