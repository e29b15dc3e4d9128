package ai.orchard9.rdev.webhook.send;

import ai.orchard9.rdev.webhook.send.Attempt.Answered;
import ai.orchard9.rdev.webhook.send.Attempt.Failed;
import ai.orchard9.rdev.webhook.send.Attempt.Refused;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.ssl.SSLContexts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends over HTTP/1.1 and trusts no receiver: it dials only addresses that [Targets] permits at
/// that moment, verifies certificates and their names, follows no redirect, reads at most 64 KiB of
/// head and of body, and stops when the limit has passed, whatever is under way.
///
/// Connections are kept for 15 s. When a kept one turns out to be dead before any byte of an
/// answer, the request goes out once more over a new one, within the same limit: receivers close
/// idle connections as they please, and that shall not count as a failure. A receiver that had
/// processed the first gets the message twice, with one id, as at-least-once allows.
///
/// With a proxy the proxy looks names up and connects. Names are checked here as well, but only the
/// proxy can keep the addresses it dials from being others: it has to be one that refuses inner
/// addresses by itself.
public final class HttpSender implements Sender {

  private static final Logger LOG = LoggerFactory.getLogger(HttpSender.class);

  /// Read of a body so that its connection can be used again; of a longer one it is closed.
  private static final int MOST_BODY_BYTES = 64 * 1024;

  /// A body that takes longer is not waited for.
  private static final Duration BODY_LIMIT = Duration.ofSeconds(1);

  private final Targets targets;
  private final boolean proxied;
  private final InstantSource clock;
  private final CloseableHttpClient keeping;
  private final CloseableHttpClient fresh;
  private final ScheduledThreadPoolExecutor timer;

  /// @param clock for dates in `Retry-After`
  public HttpSender(Targets targets, Settings settings, InstantSource clock) {
    this.targets = targets;
    this.proxied = settings.proxy().isPresent();
    this.clock = clock;
    var resolver = proxied ? Dialling.anywhere() : Dialling.of(targets);
    this.keeping = Clients.keeping(settings, resolver);
    this.fresh = Clients.fresh(settings, resolver);
    this.timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("webhook-limits").factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /// How to connect.
  ///
  /// @param connections at once, to one receiver and to all; as many as there are attempts at once
  /// @param proxy for everything that is sent, `http://host:port`; empty: none
  /// @param tls whom to trust
  public record Settings(int connections, Optional<URI> proxy, SSLContext tls) {

    /// Directly, trusting whom the JVM trusts.
    public static Settings direct(int connections) {
      return new Settings(connections, Optional.empty(), SSLContexts.createDefault());
    }

    /// What a proxy is named by, in words.
    public static final String PROXIES = "http://host:port, without path or credentials";

    /// Reads a proxy's address; blank: none.
    ///
    /// @throws IllegalArgumentException it is not of the form [#PROXIES]
    public static Optional<URI> proxy(String text) {
      if (text.isBlank()) {
        return Optional.empty();
      }
      var uri = URI.create(text.strip());
      if (!"http".equals(uri.getScheme())
          || uri.getHost() == null
          || uri.getPort() < 1
          || uri.getPort() > 65_535
          || uri.getRawUserInfo() != null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null
          || !(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))) {
        throw new IllegalArgumentException("a proxy must be " + PROXIES);
      }
      return Optional.of(uri);
    }

    /// Over a proxy.
    public Settings through(URI proxy) {
      return new Settings(connections, Optional.of(proxy), tls);
    }
  }

  @Override
  public Attempt send(Message message, Duration limit) {
    var start = System.nanoTime();
    try (var watch = Watch.start(timer, limit)) {
      return ScopedValue.where(Watch.CURRENT, watch).call(() -> send(message, watch, start));
    } catch (RejectedExecutionException closed) {
      return new Failed(Failures.INTERRUPTED, since(start));
    }
  }

  @SuppressWarnings("CatchingUnchecked") // The edge to what users name: nothing may get past it.
  private Attempt send(Message message, Watch watch, long start) {
    try {
      return post(message, watch, start);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Failed(Failures.INTERRUPTED, since(start));
    } catch (Exception failure) {
      return failed(failure, watch, since(start));
    }
  }

  private Attempt failed(Exception failure, Watch watch, Duration duration) {
    var error = Failures.of(failure);
    if (error.equals(Failures.NOT_ALLOWED)) {
      return new Refused(error, duration);
    }
    if (watch.isOver()) {
      return new Failed(Failures.TIMED_OUT, duration);
    }
    if (Thread.currentThread().isInterrupted()) {
      return new Failed(Failures.INTERRUPTED, duration);
    }
    LOG.atDebug().addKeyValue("error", error).setCause(failure).log("webhook attempt failed");
    return new Failed(error, duration);
  }

  private Attempt post(Message message, Watch watch, long start)
      throws IOException, HttpException, InterruptedException {
    if (proxied) {
      targets.addresses(message.url().getHost(), watch.left());
    }
    try {
      return post(keeping, message, watch, start);
    } catch (IOException broken) {
      if (watch.hasDialled() || watch.isOver() || !isWithoutAnswer(broken)) {
        throw broken;
      }
      return post(fresh, message, watch, start);
    }
  }

  /// Whether the connection ended before any byte of an answer.
  private static boolean isWithoutAnswer(IOException broken) {
    return broken instanceof NoHttpResponseException
        || broken instanceof ConnectionClosedException
        || broken instanceof SocketException
        || broken instanceof SSLException;
  }

  private Attempt post(CloseableHttpClient client, Message message, Watch watch, long start)
      throws IOException, HttpException {
    var url = message.url();
    var request = Requests.of(message);
    var context = HttpClientContext.create();
    watch.over(request);
    // Closing an answer reads the rest of it or throws: it is read or cancelled below.
    @SuppressWarnings("resource")
    var answer =
        client.executeOpen(
            new HttpHost(url.getScheme(), url.getHost(), url.getPort()), request, context);
    if (context.getAttribute(Clients.REACHED) == null) {
      request.cancel();
      return new Failed(Failures.PROXY, since(start));
    }
    var answered = new Answered(answer.getCode(), retryAfter(answer), since(start));
    discardBody(answer, request, watch);
    return answered;
  }

  private Optional<Duration> retryAfter(ClassicHttpResponse answer) {
    return Optional.ofNullable(answer.getFirstHeader("Retry-After"))
        .flatMap(header -> RetryAfter.parse(header.getValue(), clock.instant()));
  }

  /// Reads a short body to its end, which frees the connection for the next request, and closes the
  /// connection under any other.
  private static void discardBody(ClassicHttpResponse answer, HttpPost request, Watch watch) {
    watch.shorten(BODY_LIMIT);
    try {
      var entity = answer.getEntity();
      if (entity != null && entity.getContent().skip(MOST_BODY_BYTES) == MOST_BODY_BYTES) {
        request.cancel();
      }
    } catch (IOException broken) {
      request.cancel();
    }
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    keeping.close(CloseMode.IMMEDIATE);
    fresh.close(CloseMode.IMMEDIATE);
  }
}
