package ai.orchard9.rdev.webhook.send;

import static ai.orchard9.rdev.webhook.send.Senders.LIMIT;
import static ai.orchard9.rdev.webhook.send.Senders.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ReceiverAnswer;
import ai.orchard9.rdev.testing.WebhookReceiver;
import ai.orchard9.rdev.webhook.send.Attempt.Answered;
import ai.orchard9.rdev.webhook.send.Attempt.Failed;
import com.standardwebhooks.Webhook;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpSenderTest {

  private final WebhookReceiver receiver = WebhookReceiver.http();
  private final HttpSender sender = Senders.lenient();

  @AfterEach
  void close() {
    sender.close();
    receiver.close();
  }

  @Test
  void postsTheBodyAsItIsWithTheHeadersOfStandardWebhooks() {
    var attempt = sender.send(message(receiver.url("/a//b?c=d%20e"), "{\"ü\":1}"), LIMIT);

    assertThat(attempt).isInstanceOf(Answered.class).extracting("statusCode").isEqualTo(204);
    var request = receiver.requests().getFirst();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/a//b?c=d%20e");
    assertThat(request.body()).isEqualTo("{\"ü\":1}".getBytes(UTF_8));
    assertThat(request.headers())
        .containsEntry("Host", "127.0.0.1:" + receiver.port())
        .containsEntry("User-Agent", "rdev-api")
        .containsEntry("Accept-Encoding", "identity")
        .containsEntry("X-Rdev-Event", "command.completed")
        .containsEntry("webhook-id", "msg-1")
        .containsEntry("webhook-timestamp", "1795694400")
        .containsEntry("Content-Length", "8");
    assertThat(request.header("Content-Type")).startsWith("application/json");
    assertThat(request.headers().keySet())
        .as("nothing else is told")
        .containsExactlyInAnyOrder(
            "Accept-Encoding",
            "Connection",
            "Content-Length",
            "Content-Type",
            "Host",
            "User-Agent",
            "webhook-id",
            "webhook-signature",
            "webhook-timestamp",
            "X-Rdev-Event");
  }

  @Test
  void sendsWhatBothVerifiersAccept() throws Exception {
    var secrets = List.of(Secrets.generate(), Secrets.generate());
    var body = "{\"id\":\"msg-2\"}".getBytes(UTF_8);

    sender.send(
        new Message(receiver.url(), "webhook.test", "msg-2", Instant.now(), body, secrets), LIMIT);

    var request = receiver.requests().getFirst();
    var headers = new HashMap<String, List<String>>();
    request
        .headers()
        .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), List.of(value)));
    for (var secret : secrets) {
      new Webhook(secret).verify(request.text(), headers);
      new com.svix.Webhook(secret).verify(request.text(), HttpHeaders.of(headers, (_, _) -> true));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 204, 299, 301, 400, 404, 410, 429, 500, 503})
  void tellsTheStatus(int code) {
    receiver.answer(ReceiverAnswer.status(code));

    var attempt = sender.send(message(receiver.url()), LIMIT);

    assertThat(attempt).isInstanceOf(Answered.class).extracting("statusCode").isEqualTo(code);
    assertThat(attempt.duration()).isBetween(Duration.ofNanos(1), LIMIT);
  }

  @Test
  void skipsInterimAnswers() {
    receiver.answer(
        ReceiverAnswer.text(
            "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </x>\r\n\r\n"
                + "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"));

    var attempt = sender.send(message(receiver.url()), LIMIT);

    assertThat(attempt).extracting("statusCode").isEqualTo(202);
  }

  @Test
  void readsRetryAfter() {
    receiver.answer(ReceiverAnswer.status(429, "Retry-After: 17"));

    var attempt = (Answered) sender.send(message(receiver.url()), LIMIT);

    assertThat(attempt.retryAfter()).contains(Duration.ofSeconds(17));
  }

  @Test
  void followsNoRedirectAndRemembersNoCookie() {
    try (var other = WebhookReceiver.http()) {
      for (int code : List.of(301, 302, 303, 307, 308)) {
        receiver.next(ReceiverAnswer.status(code, "Location: " + other.url(), "Set-Cookie: a=b"));

        var attempt = sender.send(message(receiver.url()), LIMIT);

        assertThat(attempt).extracting("statusCode").isEqualTo(code);
      }
      assertThat(other.connections()).isZero();
      assertThat(receiver.requests())
          .hasSize(5)
          .noneMatch(request -> request.headers().containsKey("Cookie"));
    }
  }

  @Test
  void authenticatesToNobody() {
    receiver.answer(ReceiverAnswer.status(401, "WWW-Authenticate: Basic realm=\"x\""));

    var attempt = sender.send(message(receiver.url()), LIMIT);

    assertThat(attempt).extracting("statusCode").isEqualTo(401);
    assertThat(receiver.requests().getFirst().headers()).doesNotContainKey("Authorization");
    assertThat(receiver.requests()).hasSize(1);
  }

  @Test
  void usesAConnectionAgain() {
    receiver.answer(ReceiverAnswer.body(10_000));

    for (int i = 0; i < 20; i++) {
      assertThat(sender.send(message(receiver.url()), LIMIT)).isInstanceOf(Answered.class);
    }

    assertThat(receiver.connections()).isEqualTo(1);
  }

  @Test
  void countsNoFailureWhenTheReceiverClosedAnIdleConnection() {
    for (int i = 0; i < 20; i++) {
      receiver.next(ReceiverAnswer.thenClose(ReceiverAnswer.status(200)));

      var attempt = sender.send(message(receiver.url()), LIMIT);

      assertThat(attempt).extracting("statusCode").isEqualTo(200);
    }
    assertThat(receiver.requests()).hasSize(20);
  }

  @Test
  void countsNoFailureWhenAllIdleConnectionsWereClosed() throws Exception {
    receiver.answer(ReceiverAnswer.delayed(Duration.ofMillis(200), ReceiverAnswer.status(200)));
    sendAtOnce(10);
    receiver.closeConnections();
    receiver.answer(ReceiverAnswer.status(200));
    await().until(() -> receiver.openConnections() == 0);

    var attempts = sendAtOnce(10);

    assertThat(attempts).extracting("statusCode").containsOnly(200);
  }

  @Test
  void triesAgainOnlyOnceWhenAUsedConnectionEndsWithoutAnAnswer() {
    receiver.next(ReceiverAnswer.status(200), ReceiverAnswer.reset(), ReceiverAnswer.reset());

    sender.send(message(receiver.url()), LIMIT);
    var attempt = sender.send(message(receiver.url()), LIMIT);

    assertThat(attempt).isInstanceOf(Failed.class);
    assertThat(receiver.requests()).hasSize(3);
  }

  @Test
  void triesNothingAgainOnceAnAnswerHasBegun() {
    receiver.next(
        ReceiverAnswer.status(200), ReceiverAnswer.thenClose(ReceiverAnswer.text("HTTP/1.1 2")));

    sender.send(message(receiver.url()), LIMIT);
    var attempt = sender.send(message(receiver.url()), LIMIT);

    assertThat(attempt).extracting("error").isEqualTo(Failures.CONNECTION_CLOSED);
    assertThat(receiver.requests()).hasSize(2);
  }

  @Test
  void sendsManyAtOnce() throws Exception {
    receiver.answer(ReceiverAnswer.delayed(Duration.ofMillis(300), ReceiverAnswer.status(200)));

    var attempts = sendAtOnce(100);

    assertThat(attempts).extracting("statusCode").containsOnly(200);
    assertThat(attempts)
        .allSatisfy(one -> assertThat(one.duration()).isLessThan(Duration.ofSeconds(5)));
  }

  @Test
  void endsWithTheThreadThatSends() throws Exception {
    receiver.answer(ReceiverAnswer.silence());
    var interrupted = new ArrayList<Boolean>();
    var attempts = new ArrayList<Attempt>();
    var thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  attempts.add(sender.send(message(receiver.url()), LIMIT));
                  interrupted.add(Thread.currentThread().isInterrupted());
                });
    receiver.awaitRequests(1);

    thread.interrupt();

    assertThat(thread.join(Duration.ofSeconds(5))).isTrue();
    assertThat(attempts.getFirst()).extracting("error").isEqualTo(Failures.INTERRUPTED);
    assertThat(interrupted).containsExactly(true);
  }

  @Test
  void endsWhatIsUnderWayWhenItIsClosed() throws Exception {
    receiver.answer(ReceiverAnswer.silence());
    var attempts = new ArrayList<Attempt>();
    var thread =
        Thread.ofVirtual().start(() -> attempts.add(sender.send(message(receiver.url()), LIMIT)));
    receiver.awaitRequests(1);

    sender.close();
    attempts.add(sender.send(message(receiver.url()), LIMIT));

    assertThat(thread.join(Duration.ofSeconds(5))).isTrue();
    assertThat(attempts).hasSize(2).allMatch(Failed.class::isInstance);
    assertThat(receiver.requests()).hasSize(1);
  }

  @Test
  void refusesMessagesThatNobodySigns() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new Message(receiver.url(), "x", "id", Senders.NOW, new byte[0], List.of()));
  }

  private List<Attempt> sendAtOnce(int count) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Attempt> one = () -> sender.send(message(receiver.url()), LIMIT);
      var attempts = new ArrayList<Attempt>();
      for (Future<Attempt> sent : threads.invokeAll(Collections.nCopies(count, one))) {
        attempts.add(sent.get());
      }
      return attempts;
    }
  }
}
