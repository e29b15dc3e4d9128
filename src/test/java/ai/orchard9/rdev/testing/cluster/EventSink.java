package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;

/// How a watch's events reach the client: as text messages of a WebSocket or as lines in chunks.
sealed interface EventSink {
  void send(String json) throws IOException;

  /// Ends the answer in good order.
  void end() throws IOException;

  /// Returns when the client has gone.
  void awaitClient() throws IOException;

  static EventSink open(Exchange exchange) throws IOException {
    if (exchange.request().isUpgrade()) {
      return new Messages(exchange.upgrade(""));
    }
    exchange.startChunks();
    return new Lines(exchange);
  }

  /// Over a WebSocket.
  record Messages(WebSocket socket) implements EventSink {
    @Override
    public void send(String json) throws IOException {
      socket.text(json);
    }

    @Override
    public void end() throws IOException {
      socket.close(1000);
      socket.connection().endOutput();
    }

    @Override
    public void awaitClient() throws IOException {
      var message = socket.read();
      while (message.opcode != WebSocket.CLOSE) {
        message = socket.read();
      }
      socket.closeToo();
    }
  }

  /// Over plain HTTP.
  record Lines(Exchange exchange) implements EventSink {
    @Override
    public void send(String json) throws IOException {
      exchange.chunk(json + "\n");
    }

    @Override
    public void end() throws IOException {
      exchange.connection().out().write("0\r\n\r\n".getBytes(US_ASCII));
      exchange.connection().endOutput();
    }

    @Override
    public void awaitClient() {
      exchange.connection().awaitEnd();
    }
  }
}
