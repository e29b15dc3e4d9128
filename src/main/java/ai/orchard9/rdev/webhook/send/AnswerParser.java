package ai.orchard9.rdev.webhook.send;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.jspecify.annotations.Nullable;

/// Reads the head of an answer, of bounded size: the library bounds lines and their number, which
/// together would be too much. Tells a connection that ended before any byte of an answer from one
/// that ended inside it, for only the former may be tried again at once.
final class AnswerParser extends DefaultHttpResponseParser {

  static final Http1Config LIMITS =
      Http1Config.custom().setMaxHeaderCount(256).setMaxLineLength(16 * 1024).build();

  /// In bytes, give or take one buffer of 8 KiB. Browsers and servers take 8–64 KiB by default.
  private static final int MOST_BYTES = 64 * 1024;

  /// Of answers 100–199 before the final one (RFC 9110 section 15.2).
  private static final int MOST_INTERIM = 16;

  private int interim;

  AnswerParser() {
    super(LIMITS);
  }

  @Override
  public @Nullable ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in)
      throws IOException, HttpException {
    var bounded = new Bounded(in, buffer.length());
    try {
      return counted(super.parse(buffer, bounded));
    } catch (MessageConstraintException tooLarge) {
      throw tooLarge;
    } catch (IOException broken) {
      throw bounded.bytes == 0 ? broken : new CutAnswerException(broken);
    }
  }

  private @Nullable ClassicHttpResponse counted(@Nullable ClassicHttpResponse answer)
      throws MessageConstraintException {
    interim = answer != null && answer.getCode() < HttpStatus.SC_OK ? interim + 1 : 0;
    if (interim > MOST_INTERIM) {
      throw new MessageConstraintException("too many interim answers");
    }
    return answer;
  }

  /// The connection ended inside the head of an answer.
  @SuppressWarnings("serial") // Never serialized.
  static final class CutAnswerException extends IOException {
    CutAnswerException(IOException cause) {
      super(cause);
    }
  }

  private static final class Bounded extends FilterInputStream {
    private int bytes;

    Bounded(InputStream in, int bytes) {
      super(in);
      this.bytes = bytes;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (bytes >= MOST_BYTES) {
        throw new MessageConstraintException("head of the answer too large");
      }
      var count = super.read(into, offset, length);
      if (count < 0 && bytes > 0) {
        // The library would take what it has for the whole.
        throw new ConnectionClosedException("inside the head of an answer");
      }
      bytes += Math.max(0, count);
      return count;
    }
  }
}
