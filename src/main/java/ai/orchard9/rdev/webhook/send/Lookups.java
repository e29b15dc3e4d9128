package ai.orchard9.rdev.webhook.send;

import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Looks names up with a limit of time, which the JVM's resolver has not. It blocks inside the C
/// library, where it would hold the carrier of a virtual thread: so platform threads do it, few of
/// them, one per name at a time. Their thread pool lives as long as the JVM and is empty when idle.
final class Lookups {

  private static final int MOST_THREADS = 64;
  private static final int MOST_WAITING = 1024;
  private static final ThreadPoolExecutor THREADS = threads();

  private final HostResolver resolver;
  private final ConcurrentMap<String, FutureTask<List<InetAddress>>> underWay =
      new ConcurrentHashMap<>();

  Lookups(HostResolver resolver) {
    this.resolver = resolver;
  }

  /// @throws UnknownHostException there is no such name
  /// @throws SocketTimeoutException the limit has passed, or too many lookups are waiting
  /// @throws InterruptedException while waiting
  List<InetAddress> find(String host, Duration limit)
      throws UnknownHostException, SocketTimeoutException, InterruptedException {
    var task = start(host);
    try {
      var addresses = task.get(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS);
      if (addresses.isEmpty()) {
        throw new UnknownHostException(host);
      }
      return addresses;
    } catch (ExecutionException failed) {
      throw unknown(host, failed);
    } catch (TimeoutException late) {
      throw timeout(late);
    }
  }

  private FutureTask<List<InetAddress>> start(String host) throws SocketTimeoutException {
    var fresh = lookup(host);
    var running = underWay.putIfAbsent(host, fresh);
    if (running != null) {
      return running;
    }
    try {
      THREADS.execute(fresh);
    } catch (RejectedExecutionException full) {
      underWay.remove(host, fresh);
      throw timeout(full);
    }
    return fresh;
  }

  private FutureTask<List<InetAddress>> lookup(String host) {
    return new FutureTask<>(() -> List.copyOf(resolver.resolve(host))) {
      @Override
      protected void done() {
        underWay.remove(host, this);
      }
    };
  }

  private static UnknownHostException unknown(String host, ExecutionException failed) {
    var unknown = new UnknownHostException(host);
    unknown.initCause(failed.getCause());
    return unknown;
  }

  private static SocketTimeoutException timeout(Exception cause) {
    var timeout = new SocketTimeoutException("name lookup took too long");
    timeout.initCause(cause);
    return timeout;
  }

  private static ThreadPoolExecutor threads() {
    var threads =
        new ThreadPoolExecutor(
            MOST_THREADS,
            MOST_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("name-lookup-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }
}
