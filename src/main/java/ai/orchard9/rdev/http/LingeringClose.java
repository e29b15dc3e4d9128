package ai.orchard9.rdev.http;

import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/// Reads off what is left of a body that was answered before its end (too large, not allowed, …),
/// and lets the connection go after that. Closed at once, it would be reset, and a client that is
/// still sending would see "broken pipe" instead of the answer (RFC 9112, section 9.6).
///
/// Bounded in bytes and time, so that nobody can keep us reading.
final class LingeringClose extends Callback.Nested {

  /// What clients send by mistake is hardly larger.
  private static final long MAX_BYTES = 64L << 20;

  /// The default of nginx' `lingering_timeout`, but for the whole.
  private static final Duration MAX_TIME = Duration.ofSeconds(5);

  private final Request request;
  private long deadline;
  private long left = MAX_BYTES;

  LingeringClose(Request request, Callback callback) {
    super(callback);
    this.request = request;
  }

  @Override
  public void succeeded() {
    deadline = System.nanoTime() + MAX_TIME.toNanos();
    discard();
  }

  private void discard() {
    while (left > 0 && System.nanoTime() - deadline < 0) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this::discard);
        return;
      }
      left -= chunk.remaining();
      chunk.release();
      if (chunk.isLast() || Content.Chunk.isFailure(chunk)) {
        break;
      }
    }
    super.succeeded();
  }
}
