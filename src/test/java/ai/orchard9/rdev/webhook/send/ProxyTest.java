package ai.orchard9.rdev.webhook.send;

import static ai.orchard9.rdev.webhook.send.Senders.LIMIT;
import static ai.orchard9.rdev.webhook.send.Senders.message;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ReceiverAnswer;
import ai.orchard9.rdev.testing.WebhookReceiver;
import ai.orchard9.rdev.webhook.send.Attempt.Failed;
import ai.orchard9.rdev.webhook.send.Attempt.Refused;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A receiver plays the proxy: it sees what a proxy is asked for.
final class ProxyTest {

  private static final String PUBLIC = "93.184.215.14";

  private final WebhookReceiver proxy = WebhookReceiver.http();

  @AfterEach
  void close() {
    proxy.close();
  }

  @Test
  void asksTheProxyForTheWholeUrl() {
    try (var sender = proxied(PUBLIC)) {
      var attempt = sender.send(message(URI.create("http://receiver.example/hook?a=b")), LIMIT);

      assertThat(attempt).extracting("statusCode").isEqualTo(204);
    }
    var request = proxy.requests().getFirst();
    assertThat(request.path()).isEqualTo("http://receiver.example/hook?a=b");
    assertThat(request.header("Host")).isEqualTo("receiver.example");
  }

  @Test
  void asksTheProxyForATunnelToTls() {
    proxy.answer(ReceiverAnswer.thenClose(ReceiverAnswer.status(200)));
    try (var sender = proxied(PUBLIC)) {
      var attempt = sender.send(message(URI.create("https://receiver.example/hook")), LIMIT);

      assertThat(attempt).isInstanceOf(Failed.class);
    }
    var request = proxy.requests().getFirst();
    assertThat(request.method()).isEqualTo("CONNECT");
    assertThat(request.path()).isEqualTo("receiver.example:443");
    assertThat(request.headers().keySet())
        .as("what is for the receiver is not told to the proxy")
        .doesNotContain("webhook-id", "webhook-signature", "X-Rdev-Event");
  }

  @Test
  void takesNoRefusalOfTheProxyForAnAnswerOfTheReceiver() {
    proxy.answer(ReceiverAnswer.status(410));
    try (var sender = proxied(PUBLIC)) {
      var attempt = sender.send(message(URI.create("https://receiver.example/hook")), LIMIT);

      assertThat(attempt).isInstanceOf(Failed.class);
      assertThat(attempt).extracting("error").isEqualTo(Failures.PROXY);
    }
  }

  @Test
  void checksNamesBeforeTheProxyIsAsked() {
    try (var sender = proxied(PUBLIC, "10.0.0.1")) {
      var attempt = sender.send(message(URI.create("http://receiver.example/hook")), LIMIT);

      assertThat(attempt).isInstanceOf(Refused.class);
    }
    assertThat(proxy.connections()).isZero();
  }

  private HttpSender proxied(String... answers) {
    return Senders.with(
        Senders.settings().through(URI.create("http://127.0.0.1:" + proxy.port())),
        Senders.allowing("", Senders.resolving(answers)));
  }
}
