package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import jakarta.annotation.Priority;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Refuses bodies over 4 MiB: at once when the length is announced, else while reading. Counts what
/// comes out of decompression, so that a small gzip body cannot become a large one.
@PreMatching
@Priority(0)
final class BodyLimit implements ContainerRequestFilter {

  static final long MAX_BYTES = 4L << 20;

  @Override
  public void filter(ContainerRequestContext request) {
    if (request.getLength() > MAX_BYTES) {
      throw tooLarge();
    }
    request.setEntityStream(new Limited(request.getEntityStream()));
  }

  private static ApiException tooLarge() {
    return new ApiException.PayloadTooLarge("the body is larger than 4 MiB");
  }

  private static final class Limited extends FilterInputStream {
    private long left = MAX_BYTES;

    Limited(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      var b = super.read();
      count(b < 0 ? -1 : 1);
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      var n = super.read(buffer, offset, length);
      count(n);
      return n;
    }

    @Override
    public long skip(long n) throws IOException {
      var skipped = super.skip(n);
      count(skipped);
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }

    private void count(long n) {
      if (n > 0) {
        left -= n;
        if (left < 0) {
          throw tooLarge();
        }
      }
    }
  }
}
