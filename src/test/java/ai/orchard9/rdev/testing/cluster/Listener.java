package ai.orchard9.rdev.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;

/// Takes connections, a thread for each; can go away and come back at the same port.
final class Listener implements AutoCloseable {
  private static final int SEND_BUFFER = 64 * 1024;

  private final Handler handler;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final int port;
  private ServerSocket server;

  /// What answers a request.
  interface Handler {
    void answer(Exchange exchange) throws IOException, InterruptedException;
  }

  Listener(Handler handler) {
    this.handler = handler;
    this.server = bind(0);
    this.port = server.getLocalPort();
    accepting(server);
  }

  private static ServerSocket bind(int port) {
    try {
      var server = new ServerSocket();
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return port;
  }

  private void accepting(ServerSocket open) {
    Thread.ofPlatform().name("cluster " + open.getLocalPort()).daemon().start(() -> accept(open));
  }

  private void accept(ServerSocket open) {
    while (!open.isClosed()) {
      try {
        var socket = open.accept();
        socket.setSendBufferSize(SEND_BUFFER);
        Thread.ofPlatform().name("cluster call").daemon().start(() -> serve(open, socket));
      } catch (IOException _) {
        // It has gone away, or the client has.
      }
    }
  }

  private void serve(ServerSocket open, Socket socket) {
    try (var connection = new Connection(socket)) {
      connections.add(connection);
      try {
        if (!open.isClosed()) {
          serve(connection);
        }
      } finally {
        connections.remove(connection);
      }
    } catch (IOException _) {
      // The client has gone.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Connection connection) throws IOException, InterruptedException {
    for (var request = Request.read(connection.in());
        request.isPresent();
        request = Request.read(connection.in())) {
      handler.answer(new Exchange(connection, request.get()));
    }
  }

  /// Waits while somebody else's outgoing connection happens to have the port.
  synchronized void comeBack() {
    if (server.isClosed()) {
      server =
          Awaitility.await("port " + port)
              .ignoreException(UncheckedIOException.class)
              .until(() -> bind(port), Objects::nonNull);
      accepting(server);
    }
  }

  /// Refuses connections and drops the open ones.
  @Override
  public synchronized void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    connections.forEach(Connection::abort);
  }
}
