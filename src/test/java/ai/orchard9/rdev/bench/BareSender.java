package ai.orchard9.rdev.bench;

import ai.orchard9.rdev.webhook.send.Signature;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.slf4j.LoggerFactory;

/// Posts bodies with the headers of a webhook, and nothing else: no queue, no limit, no record.
final class BareSender implements AutoCloseable {
  private static final List<String> SECRETS =
      List.of("whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");

  private final URI url;
  private final int threads;
  private final CloseableHttpClient client;

  /// @param threads that send at once
  BareSender(URI url, int threads) {
    this.url = url;
    this.threads = threads;
    // As the service has it: by default the client tells of every byte.
    ((Logger) LoggerFactory.getLogger("org.apache.hc")).setLevel(Level.INFO);
    this.client =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setMaxConnTotal(threads)
                    .setMaxConnPerRoute(threads)
                    .build())
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableContentCompression()
            .disableAuthCaching()
            .build();
  }

  /// Sends them all, so many at once.
  void send(List<byte[]> bodies) throws Exception {
    var left = new ConcurrentLinkedQueue<>(bodies);
    try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks = IntStream.range(0, threads).<Callable<Integer>>mapToObj(_ -> () -> drain(left));
      for (var future : senders.invokeAll(tasks.toList())) {
        future.get();
      }
    }
  }

  private int drain(Queue<byte[]> left) throws IOException {
    var sent = 0;
    for (var body = left.poll(); body != null; body = left.poll()) {
      send(body);
      sent++;
    }
    return sent;
  }

  /// Sends one.
  void send(byte[] body) throws IOException {
    var id = UUID.randomUUID().toString();
    var seconds = Instant.now().getEpochSecond();
    var request = new HttpPost(url);
    request.setHeader("webhook-id", id);
    request.setHeader("webhook-timestamp", seconds);
    request.setHeader("webhook-signature", Signature.of(id, seconds, body, SECRETS));
    request.setHeader("X-Rdev-Event", "command.completed");
    request.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
    int status = client.execute(request, answer -> answer.getCode());
    if (status != 204) {
      throw new IOException("answered " + status);
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
