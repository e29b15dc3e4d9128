package ai.orchard9.rdev.webhook.send;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParser;
import org.apache.hc.core5.http.io.SessionInputBuffer;

/// Reads the head of an answer, of bounded size: the library bounds lines and their number, which
/// together would be too much. Tells a connection that ended before any byte of an answer from one
/// that ended inside it, for only the former may be tried again at once.
final class AnswerParser extends DefaultHttpResponseParser {

  static final Http1Config LIMITS =
      Http1Config.custom().setMaxHeaderCount(256).setMaxLineLength(16 * 1024).build();

  /// In bytes, give or take one buffer of 8 KiB. Browsers and servers take 8–64 KiB by default.
  private static final int MOST_BYTES = 64 * 1024;

  AnswerParser() {
    super(LIMITS);
  }

  @Override
  public ClassicHttpResponse parse(SessionInputBuffer buffer, InputStream in)
      throws IOException, HttpException {
    var bounded = new Bounded(in);
    var had = buffer.length();
    try {
      return super.parse(buffer, bounded);
    } catch (MessageConstraintException tooLarge) {
      throw tooLarge;
    } catch (IOException broken) {
      throw had + bounded.bytes == 0 ? broken : new CutAnswerException(broken);
    }
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

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (bytes >= MOST_BYTES) {
        throw new MessageConstraintException("head of the answer too large");
      }
      var count = super.read(into, offset, length);
      bytes += Math.max(0, count);
      return count;
    }
  }
}
