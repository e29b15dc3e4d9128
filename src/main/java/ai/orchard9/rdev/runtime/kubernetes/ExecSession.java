package ai.orchard9.rdev.runtime.kubernetes;

import ai.orchard9.rdev.runtime.Exit;
import ai.orchard9.rdev.runtime.Session;
import io.fabric8.kubernetes.client.http.WebSocket;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// An exec in a pod: one WebSocket, on which each frame begins with the number of its channel
/// (`v4.channel.k8s.io`).
///
/// The transport gives each connection a thread of its own, which waits in [#onMessage] while a
/// reader is slow; so both streams must be read.
final class ExecSession implements Session, WebSocket.Listener {
  static final String PROTOCOL = "v4.channel.k8s.io";

  private static final int STDOUT = 1;
  private static final int STDERR = 2;
  private static final int STATUS = 3;
  private static final int NORMAL_CLOSURE = 1000;

  private final ExecPipe stdout = new ExecPipe();
  private final ExecPipe stderr = new ExecPipe();
  private final CompletableFuture<Exit> exit = new CompletableFuture<>();
  private volatile @Nullable WebSocket socket;
  private volatile boolean closed;

  @Override
  public void onOpen(WebSocket opened) {
    socket = opened;
    if (closed) {
      close();
    }
  }

  @Override
  public void onMessage(WebSocket from, ByteBuffer frame) {
    try {
      // Servers greet with empty frames, of any channel.
      if (frame.remaining() > 1) {
        receive(frame.get(), frame.slice());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      over(new Exit.Unknown("interrupted"));
    } finally {
      from.request();
    }
  }

  private void receive(int channel, ByteBuffer bytes) throws InterruptedException {
    switch (channel) {
      case STDOUT -> stdout.put(bytes);
      case STDERR -> stderr.put(bytes);
      // The streams end with the connection: a server may say this before its last output.
      case STATUS -> exit.complete(ExecStatus.parse(bytes));
      default -> {
        over(new Exit.Unknown("a frame of an unknown channel: " + channel));
        close();
      }
    }
  }

  @Override
  public void onMessage(WebSocket from, String text) {
    over(new Exit.Unknown("a text frame, which no exec sends"));
    close();
  }

  @Override
  public void onClose(WebSocket from, int code, String reason) {
    over(new Exit.Unknown("closed without a status"));
    from.sendClose(NORMAL_CLOSURE, "");
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    over(new Exit.Unknown("the connection broke: " + error.getMessage()));
  }

  private void over(Exit how) {
    exit.complete(how);
    stdout.end();
    stderr.end();
  }

  @Override
  public OutputStream stdin() {
    var opened = socket;
    if (opened == null) {
      throw new IllegalStateException("not connected");
    }
    return new ExecInput(opened, exit::isDone);
  }

  @Override
  public InputStream stdout() {
    return stdout;
  }

  @Override
  public InputStream stderr() {
    return stderr;
  }

  @Override
  public Exit waitFor(Duration limit) throws InterruptedException {
    try {
      return exit.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return new Exit.Running();
    } catch (ExecutionException e) {
      return new Exit.Unknown(String.valueOf(e.getCause()));
    }
  }

  @Override
  public void close() {
    closed = true;
    stdout.close();
    stderr.close();
    exit.complete(new Exit.Unknown("closed"));
    var opened = socket;
    if (opened != null) {
      opened.sendClose(NORMAL_CLOSURE, "");
    }
  }
}
