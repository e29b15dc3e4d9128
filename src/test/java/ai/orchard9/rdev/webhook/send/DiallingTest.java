package ai.orchard9.rdev.webhook.send;

import static ai.orchard9.rdev.webhook.send.Senders.LIMIT;
import static ai.orchard9.rdev.webhook.send.Senders.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.testing.ReceiverAnswer;
import ai.orchard9.rdev.testing.WebhookReceiver;
import ai.orchard9.rdev.webhook.send.Attempt.Failed;
import ai.orchard9.rdev.webhook.send.Attempt.Refused;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is checked is what is connected to. A receiver listens on 127.0.0.1 as the canary: whatever
/// gets there without being allowed to is a hole.
final class DiallingTest {

  private static final String PUBLIC = "93.184.215.14";

  private final WebhookReceiver canary = WebhookReceiver.http();

  @AfterEach
  void close() {
    canary.close();
  }

  @Test
  void refusesANameThatBecomesPrivateAfterItWasChecked() throws Exception {
    var answers = new ArrayDeque<>(List.of(PUBLIC, "127.0.0.1"));
    var targets = Senders.allowing("", _ -> List.of(InetAddress.ofLiteral(answers.removeFirst())));

    var url = targets.check("http://rebind.example:" + canary.port() + "/");

    try (var sender = Senders.with(Senders.settings(), targets)) {
      assertRefused(sender.send(message(url), LIMIT));
    }
    assertThat(canary.connections()).isZero();
    assertThat(answers).as("looked up once to check and once to connect").isEmpty();
  }

  @Test
  void dialsTheAddressThatItChecked() {
    var answers = new ArrayDeque<>(List.of("127.0.0.1", "10.0.0.1"));
    var targets =
        Senders.allowing("127.0.0.1", _ -> List.of(InetAddress.ofLiteral(answers.removeFirst())));

    try (var sender = Senders.with(Senders.settings(), targets)) {
      var attempt = sender.send(message(named()), LIMIT);

      assertThat(attempt).extracting("statusCode").isEqualTo(204);
    }
    assertThat(answers).as("looked up only once").containsExactly("10.0.0.1");
    assertThat(canary.requests().getFirst().header("Host"))
        .isEqualTo("receiver.example:" + canary.port());
  }

  @Test
  void checksANameAgainForEachConnection() {
    var answers = new ArrayDeque<>(List.of("127.0.0.1", "10.0.0.1"));
    var targets =
        Senders.allowing("127.0.0.1", _ -> List.of(InetAddress.ofLiteral(answers.removeFirst())));
    canary.answer(ReceiverAnswer.status(200, "Connection: close"));

    try (var sender = Senders.with(Senders.settings(), targets)) {
      assertThat(sender.send(message(named()), LIMIT)).extracting("statusCode").isEqualTo(200);
      assertRefused(sender.send(message(named()), LIMIT));
    }
    assertThat(canary.connections()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "169.254.169.254", "::1", "fd00::1", "64:ff9b::7f00:1"})
  void refusesANameOfWhichOneAddressIsInside(String inside) {
    var targets = Senders.allowing("127.0.0.1", Senders.resolving("127.0.0.1", inside));

    try (var sender = Senders.with(Senders.settings(), targets)) {
      assertRefused(sender.send(message(named()), LIMIT));
    }
    assertThat(canary.connections()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:%d/",
        "http://[::ffff:127.0.0.1]:%d/",
        "http://localhost:%d/",
        "http://127.1:%d/",
        "http://2130706433:%d/",
        "http://0x7f000001:%d/",
        "http://0177.1:%d/",
        "http://[::1]:%d/",
        "http://127.0.0.1.:%d/",
        "http://user@127.0.0.1:%d/",
        "http://0.0.0.0:%d/",
        "http://localhost.:%d/",
      })
  void dialsNothingInsideEvenIfTheUrlWasNeverChecked(String url) {
    try (var sender =
        Senders.with(Senders.settings(), Senders.allowing("", HostResolver.system()))) {
      var attempt = sender.send(message(URI.create(url.formatted(canary.port()))), LIMIT);

      assertThat(attempt).isNotInstanceOf(Attempt.Answered.class);
    }
    assertThat(canary.connections()).isZero();
  }

  /// The guard's verdict against the address really dialled: everything that it lets through and
  /// that reaches the canary was allowed in just these words.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:%d/",
        "http://127.0.0.1.:%d/a",
        "HTTP://[::ffff:127.0.0.1]:%d/",
        "http://[::FFFF:7F00:1]:%d",
        "http://[0:0:0:0:0:ffff:127.0.0.1]:%d?x",
      })
  void reachesWhatItPermits(String url) throws Exception {
    var text = url.formatted(canary.port());
    var allowing = Senders.allowing("127.0.0.1", Senders.failing());
    var checked = allowing.check(text);

    try (var sender = Senders.with(Senders.settings(), allowing)) {
      assertThat(sender.send(message(checked), LIMIT)).extracting("statusCode").isEqualTo(204);
    }
    assertThat(canary.requests().getFirst().header("Host")).isEqualTo("127.0.0.1:" + canary.port());
    assertThatThrownBy(() -> Senders.allowing("127.0.0.2", Senders.failing()).check(text))
        .isInstanceOf(TargetRefusedException.class);
  }

  @Test
  void triesTheOtherAddressesOfAName() {
    var targets =
        Senders.allowing("127.0.0.0/8", Senders.resolving("127.0.0.2", "127.0.0.3", "127.0.0.1"));

    try (var sender = Senders.with(Senders.settings(), targets)) {
      assertThat(sender.send(message(named()), LIMIT)).extracting("statusCode").isEqualTo(204);
    }
  }

  @Test
  void saysThatANameIsGone() {
    try (var sender =
        Senders.with(Senders.settings(), Senders.allowing("127.0.0.1", Senders.failing()))) {
      var attempt = sender.send(message(named()), LIMIT);

      assertThat(attempt).isInstanceOf(Failed.class);
      assertThat(attempt).extracting("error").isEqualTo(Failures.NAME_NOT_FOUND);
    }
  }

  @Test
  void keepsTheLimitWhileANameIsLookedUp() {
    var never = new CountDownLatch(1);
    HostResolver stuck =
        _ -> {
          try {
            never.await();
          } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
          }
          return List.of();
        };

    try (var sender = Senders.with(Senders.settings(), Senders.allowing("127.0.0.1", stuck))) {
      var attempt = sender.send(message(named()), Duration.ofMillis(200));

      assertThat(attempt).extracting("error").isEqualTo(Failures.TIMED_OUT);
      assertThat(attempt.duration()).isLessThan(Duration.ofSeconds(2));
    } finally {
      never.countDown();
    }
  }

  private URI named() {
    return URI.create("http://receiver.example:" + canary.port() + "/hook");
  }

  private static void assertRefused(Attempt attempt) {
    assertThat(attempt).isInstanceOf(Refused.class);
    assertThat(attempt).extracting("error").isEqualTo(Failures.NOT_ALLOWED);
  }
}
