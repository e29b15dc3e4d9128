package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/// The server's end of a WebSocket (RFC 6455), without extensions. Any thread may send; one reads.
final class WebSocket {
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final Connection connection;
  private final DataInputStream in;
  private boolean closed;

  WebSocket(Connection connection) {
    this.connection = connection;
    this.in = new DataInputStream(connection.in());
  }

  /// A whole message of the client.
  static final class Message {
    final int opcode;
    final byte[] payload;

    private Message(int opcode, byte[] payload) {
      this.opcode = opcode;
      this.payload = payload;
    }
  }

  /// The next message; pings are answered on the way.
  Message read() throws IOException {
    var whole = new ByteArrayOutputStream();
    var opcode = 0;
    while (true) {
      var first = in.readUnsignedByte();
      var payload = payload();
      var code = first & 0x0f;
      if (code == PING) {
        send(PONG, payload, payload.length);
      } else if (code == CLOSE) {
        return new Message(CLOSE, payload);
      } else if (code != PONG) {
        opcode = code == 0 ? opcode : code;
        whole.write(payload);
        if ((first & 0x80) != 0) {
          return new Message(opcode, whole.toByteArray());
        }
      }
    }
  }

  private byte[] payload() throws IOException {
    var second = in.readUnsignedByte();
    if ((second & 0x80) == 0) {
      throw new IOException("a client's frame without a mask");
    }
    var length =
        switch (second & 0x7f) {
          case 126 -> in.readUnsignedShort();
          case 127 -> Math.toIntExact(in.readLong());
          default -> second & 0x7f;
        };
    var mask = in.readNBytes(4);
    var payload = in.readNBytes(length);
    if (payload.length < length) {
      throw new EOFException();
    }
    for (var i = 0; i < length; i++) {
      payload[i] ^= mask[i % 4];
    }
    return payload;
  }

  void text(String text) throws IOException {
    var bytes = text.getBytes(UTF_8);
    send(TEXT, bytes, bytes.length);
  }

  /// A binary message of a channel's byte and its data.
  void channel(int channel, byte[] data, int length) throws IOException {
    var payload = new byte[length + 1];
    payload[0] = (byte) channel;
    System.arraycopy(data, 0, payload, 1, length);
    send(BINARY, payload, payload.length);
  }

  /// Says that nothing more will come; only the first call does.
  void close(int code) throws IOException {
    var payload = ByteBuffer.allocate(2).putShort((short) code).array();
    synchronized (connection.out()) {
      if (!closed) {
        send(CLOSE, payload, payload.length);
        closed = true;
      }
    }
  }

  /// Answers the client's wish to close, after what is being sent.
  void closeToo() {
    connection.closeAfter(Duration.ofSeconds(5));
    try {
      close(1000);
    } catch (IOException _) {
      // It has gone.
    }
    connection.close();
  }

  /// Sends several messages with none of another thread between them.
  void together(Sending messages) throws IOException {
    synchronized (connection.out()) {
      messages.send();
    }
  }

  /// Messages to be sent.
  interface Sending {
    void send() throws IOException;
  }

  private void send(int opcode, byte[] payload, int length) throws IOException {
    var header = header(opcode, length);
    var frame = new byte[header.length + length];
    System.arraycopy(header, 0, frame, 0, header.length);
    System.arraycopy(payload, 0, frame, header.length, length);
    raw(frame);
  }

  static byte[] header(int opcode, long length) {
    var buffer = ByteBuffer.allocate(10).put((byte) (0x80 | opcode));
    if (length < 126) {
      buffer.put((byte) length);
    } else if (length < 1 << 16) {
      buffer.put((byte) 126).putShort((short) length);
    } else {
      buffer.put((byte) 127).putLong(length);
    }
    var header = new byte[buffer.position()];
    buffer.flip().get(header);
    return header;
  }

  /// Bytes as they are, whatever they mean.
  void raw(byte[] bytes) throws IOException {
    synchronized (connection.out()) {
      if (closed) {
        throw new IOException("closed");
      }
      connection.out().write(bytes);
    }
  }

  Connection connection() {
    return connection;
  }
}
