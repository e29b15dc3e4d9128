package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// The server's end of a WebSocket (RFC 6455), as bytes. Writing is for any thread, reading for
/// one.
final class WebSocketFrames {
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final DataInputStream in;
  private final OutputStream out;

  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  record Frame(int opcode, byte[] payload) {}

  WebSocketFrames(InputStream in, OutputStream out) {
    this.in = new DataInputStream(in);
    this.out = out;
  }

  static String accept(String key) {
    try {
      var digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The next message; pings are answered on the way.
  Frame read() throws IOException {
    while (true) {
      var opcode = in.readUnsignedByte() & 0x0f;
      var frame = new Frame(opcode, payload());
      if (opcode == PING) {
        write(PONG, frame.payload(), 0, frame.payload().length);
      } else if (opcode != PONG) {
        return frame;
      }
    }
  }

  private byte[] payload() throws IOException {
    var second = in.readUnsignedByte();
    long length = second & 0x7f;
    if (length == 126) {
      length = in.readUnsignedShort();
    } else if (length == 127) {
      length = in.readLong();
    }
    var mask = new byte[4];
    if ((second & 0x80) != 0) {
      in.readFully(mask);
    }
    var payload = new byte[Math.toIntExact(length)];
    in.readFully(payload);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    return payload;
  }

  void write(int opcode, byte[] bytes, int offset, int length) throws IOException {
    write(opcode, new byte[0], bytes, offset, length);
  }

  /// A message of a channel: its number, then the bytes.
  void channel(int number, byte[] bytes, int offset, int length) throws IOException {
    write(BINARY, new byte[] {(byte) number}, bytes, offset, length);
  }

  private synchronized void write(int opcode, byte[] prefix, byte[] bytes, int offset, int length)
      throws IOException {
    var size = prefix.length + length;
    var frame = new byte[size + (size < 126 ? 2 : size < 65_536 ? 4 : 10)];
    frame[0] = (byte) (0x80 | opcode);
    var at = 2;
    if (size < 126) {
      frame[1] = (byte) size;
    } else if (size < 65_536) {
      frame[1] = 126;
      frame[2] = (byte) (size >> 8);
      frame[3] = (byte) size;
      at = 4;
    } else {
      frame[1] = 127;
      for (int i = 0; i < 8; i++) {
        frame[2 + i] = (byte) ((long) size >> (56 - 8 * i));
      }
      at = 10;
    }
    System.arraycopy(prefix, 0, frame, at, prefix.length);
    System.arraycopy(bytes, offset, frame, at + prefix.length, length);
    out.write(frame);
    out.flush();
  }

  void close(int code) throws IOException {
    write(CLOSE, new byte[] {(byte) (code >> 8), (byte) code}, 0, 2);
  }
}
