package ai.orchard9.rdev.webhook.send;

import static ai.orchard9.rdev.webhook.send.Senders.LIMIT;
import static ai.orchard9.rdev.webhook.send.Senders.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ReceiverAnswer;
import ai.orchard9.rdev.testing.TestCertificate;
import ai.orchard9.rdev.testing.WebhookReceiver;
import ai.orchard9.rdev.webhook.send.Attempt.Failed;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TlsTest {

  @Test
  void sendsToAReceiverThatIsTrusted() {
    try (var receiver = WebhookReceiver.https(TestCertificate.GOOD);
        var sender = trusting(TestCertificate.GOOD)) {
      var first = sender.send(message(receiver.url()), LIMIT);
      var second = sender.send(message(receiver.url()), LIMIT);

      assertThat(first).extracting("statusCode").isEqualTo(204);
      assertThat(second).extracting("statusCode").isEqualTo(204);
      assertThat(receiver.connections()).isEqualTo(1);
    }
  }

  @Test
  void verifiesTheNameAndNotTheAddress() {
    try (var receiver = WebhookReceiver.https(TestCertificate.OTHER_HOST);
        var sender = trusting(TestCertificate.OTHER_HOST)) {
      var named = URI.create("https://receiver.example:" + receiver.port() + "/hook");

      assertThat(sender.send(message(named), LIMIT)).extracting("statusCode").isEqualTo(204);
      assertThat(receiver.requests().getFirst().header("Host"))
          .isEqualTo("receiver.example:" + receiver.port());
      assertUntrusted(sender.send(message(receiver.url()), LIMIT));
      assertThat(receiver.requests()).hasSize(1);
    }
  }

  static List<TestCertificate> certificates() {
    return List.of(TestCertificate.GOOD, TestCertificate.EXPIRED, TestCertificate.OTHER_HOST);
  }

  @ParameterizedTest
  @MethodSource("certificates")
  void trustsNobodyThatTheJvmDoesNot(TestCertificate certificate) {
    try (var receiver = WebhookReceiver.https(certificate);
        var sender = Senders.lenient()) {
      assertUntrusted(sender.send(message(receiver.url()), LIMIT));
      assertThat(receiver.requests()).isEmpty();
    }
  }

  @Test
  void trustsNoExpiredCertificate() {
    try (var receiver = WebhookReceiver.https(TestCertificate.EXPIRED);
        var sender = trusting(TestCertificate.EXPIRED)) {
      assertUntrusted(sender.send(message(receiver.url()), LIMIT));
      assertThat(receiver.requests()).isEmpty();
    }
  }

  @Test
  void saysThatTheReceiverSpeaksNoTls() {
    try (var receiver = WebhookReceiver.http();
        var sender = Senders.lenient()) {
      var url = URI.create("https://127.0.0.1:" + receiver.port() + "/");

      var attempt = sender.send(message(url), Duration.ofSeconds(2));

      assertThat(attempt).isInstanceOf(Failed.class);
      assertThat(attempt).extracting("error").isIn(Failures.TLS, Failures.TIMED_OUT);
    }
  }

  @Test
  void keepsTheLimitDuringAHandshakeThatHangs() throws Exception {
    try (var deaf = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        var sender = Senders.lenient()) {
      var url = URI.create("https://127.0.0.1:" + deaf.getLocalPort() + "/");

      var attempt = sender.send(message(url), Duration.ofMillis(500));

      assertThat(attempt).extracting("error").isEqualTo(Failures.TIMED_OUT);
      assertThat(attempt.duration()).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void keepsTheLimitAgainstAByteAMoment() {
    try (var receiver = WebhookReceiver.https(TestCertificate.GOOD);
        var sender = trusting(TestCertificate.GOOD)) {
      receiver.answer(ReceiverAnswer.slowHead(Duration.ofMillis(50)));

      var attempt = sender.send(message(receiver.url()), Duration.ofSeconds(1));

      assertThat(attempt).extracting("error").isEqualTo(Failures.TIMED_OUT);
      assertThat(attempt.duration()).isLessThan(Duration.ofSeconds(3));
      await().untilAsserted(() -> assertThat(receiver.openConnections()).isZero());
    }
  }

  @Test
  void countsNoFailureWhenTheReceiverClosedAnIdleConnection() {
    try (var receiver = WebhookReceiver.https(TestCertificate.GOOD);
        var sender = trusting(TestCertificate.GOOD)) {
      for (int i = 0; i < 10; i++) {
        receiver.next(ReceiverAnswer.thenClose(ReceiverAnswer.status(200)));

        assertThat(sender.send(message(receiver.url()), LIMIT))
            .extracting("statusCode")
            .isEqualTo(200);
      }
    }
  }

  private static HttpSender trusting(TestCertificate certificate) {
    return Senders.with(
        new HttpSender.Settings(10, Optional.empty(), certificate.client()),
        Senders.allowing("127.0.0.0/8", Senders.resolving("127.0.0.1")));
  }

  private static void assertUntrusted(Attempt attempt) {
    assertThat(attempt).isInstanceOf(Failed.class);
    assertThat(attempt).extracting("error").isEqualTo(Failures.CERTIFICATE);
  }
}
