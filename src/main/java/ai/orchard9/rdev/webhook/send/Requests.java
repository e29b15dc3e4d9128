package ai.orchard9.rdev.webhook.send;

import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;

/// Writes a message as a request: the headers of Standard Webhooks 1.0.0, the event's name for
/// receivers that route by it, and no other of our own.
final class Requests {

  private Requests() {}

  static HttpPost of(Message message) {
    var seconds = message.timestamp().getEpochSecond();
    var request = new HttpPost(message.url());
    request.setHeader("User-Agent", "rdev-api");
    request.setHeader("Accept-Encoding", "identity");
    request.setHeader("webhook-id", message.id());
    request.setHeader("webhook-timestamp", seconds);
    request.setHeader(
        "webhook-signature",
        Signature.of(message.id(), seconds, message.body(), message.secrets()));
    request.setHeader("X-Rdev-Event", message.event());
    request.setEntity(new ByteArrayEntity(message.body(), ContentType.APPLICATION_JSON));
    return request;
  }
}
