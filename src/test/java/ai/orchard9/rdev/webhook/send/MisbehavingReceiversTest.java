package ai.orchard9.rdev.webhook.send;

import static ai.orchard9.rdev.webhook.send.Senders.LIMIT;
import static ai.orchard9.rdev.webhook.send.Senders.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ReceiverAnswer;
import ai.orchard9.rdev.testing.WebhookReceiver;
import ai.orchard9.rdev.webhook.send.Attempt.Answered;
import ai.orchard9.rdev.webhook.send.Attempt.Failed;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/// Receivers that do what receivers should not: each attempt has its right word, in time, and costs
/// bounded memory.
final class MisbehavingReceiversTest {

  private static final Duration SHORT = Duration.ofMillis(600);
  private static final Duration SLACK = Duration.ofSeconds(2);
  private static final long MOST_ALLOCATED = 8L << 20;

  private final WebhookReceiver receiver = WebhookReceiver.http();
  private final HttpSender sender = Senders.lenient();

  /// What is loaded and compiled the first time is no part of what an attempt costs, nor is a log
  /// of every byte, which config.yml turns off.
  @BeforeAll
  static void warmUp() {
    ((Logger) LoggerFactory.getLogger("org.apache.hc")).setLevel(Level.INFO);
    try (var warm = WebhookReceiver.http().answer(ReceiverAnswer.body(1 << 20));
        var sender = Senders.lenient()) {
      for (int i = 0; i < 3; i++) {
        assertThat(sender.send(message(warm.url()), LIMIT)).isInstanceOf(Answered.class);
      }
    }
  }

  @AfterEach
  void close() {
    sender.close();
    receiver.close();
  }

  static Stream<Arguments> failures() {
    var pause = Duration.ofMillis(50);
    return Stream.of(
        Arguments.of("silence", ReceiverAnswer.silence(), Failures.TIMED_OUT),
        Arguments.of("a byte a moment", ReceiverAnswer.slowHead(pause), Failures.TIMED_OUT),
        Arguments.of(
            "half a head", ReceiverAnswer.text("HTTP/1.1 200 OK\r\nX"), Failures.TIMED_OUT),
        Arguments.of(
            "interim answers for ever",
            (ReceiverAnswer) MisbehavingReceiversTest::interimForEver,
            Failures.TOO_LARGE),
        Arguments.of("reset", ReceiverAnswer.reset(), Failures.CONNECTION_RESET),
        Arguments.of("close", ReceiverAnswer.close(), Failures.CONNECTION_CLOSED),
        Arguments.of(
            "close in the head",
            ReceiverAnswer.thenClose(ReceiverAnswer.text("HTTP/1.1 200 OK\r\nX-Y: z")),
            Failures.CONNECTION_CLOSED),
        Arguments.of("10,000 headers", ReceiverAnswer.headers(10_000), Failures.TOO_LARGE),
        Arguments.of("300 headers", ReceiverAnswer.headers(300), Failures.TOO_LARGE),
        Arguments.of("a long header", ReceiverAnswer.longHeader(20_000), Failures.TOO_LARGE),
        Arguments.of(
            "a header of 50 MB", ReceiverAnswer.longHeader(50_000_000), Failures.TOO_LARGE),
        Arguments.of(
            "long headers together",
            ReceiverAnswer.status(200, ("X-Y: " + "v".repeat(15_000) + "\r\n").repeat(9) + "X: y"),
            Failures.TOO_LARGE),
        Arguments.of(
            "no HTTP", ReceiverAnswer.text("220 smtp.example ESMTP\r\n\r\n"), Failures.NOT_HTTP),
        Arguments.of(
            "no length",
            ReceiverAnswer.text("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
            Failures.NOT_HTTP));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void failsInTimeAndMemory(String name, ReceiverAnswer answer, String error) {
    receiver.answer(answer);

    var outcome = measured(() -> sender.send(message(receiver.url()), SHORT));

    assertThat(outcome.attempt()).isInstanceOf(Failed.class).extracting("error").isEqualTo(error);
    assertThat(outcome.elapsed()).isLessThan(SHORT.plus(SLACK));
    assertThat(outcome.allocated()).isLessThan(MOST_ALLOCATED);
    assertThat(Failures.ALL).contains(error);
    assertThat(receiver.requests()).as("not tried again").hasSize(1);
    await().untilAsserted(() -> assertThat(receiver.openConnections()).isZero());
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        Arguments.of("100 MB", ReceiverAnswer.body(100_000_000)),
        Arguments.of("an endless body", ReceiverAnswer.endlessBody()),
        Arguments.of("a byte a moment", ReceiverAnswer.slowBody(Duration.ofMillis(50))),
        Arguments.of("no body", ReceiverAnswer.headOnly()),
        Arguments.of("half a body", ReceiverAnswer.thenClose(ReceiverAnswer.headOnly())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("answers")
  void countsTheStatusWhateverTheBody(String name, ReceiverAnswer answer) {
    receiver.answer(answer);

    var outcome = measured(() -> sender.send(message(receiver.url()), LIMIT));

    assertThat(outcome.attempt()).extracting("statusCode").isEqualTo(200);
    assertThat(outcome.attempt().duration()).isLessThan(Duration.ofSeconds(1));
    assertThat(outcome.elapsed()).isLessThan(SLACK.plusSeconds(1));
    assertThat(outcome.allocated()).isLessThan(MOST_ALLOCATED);
    await().untilAsserted(() -> assertThat(receiver.openConnections()).isZero());
  }

  @Test
  void keepsTheLimitWhenTheReceiverReadsNothing() throws IOException {
    try (var deaf = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      var url = URI.create("http://127.0.0.1:" + deaf.getLocalPort() + "/");

      var outcome = measured(() -> sender.send(message(url, "x".repeat(32 << 20)), SHORT));

      assertThat(outcome.attempt()).extracting("error").isEqualTo(Failures.TIMED_OUT);
      assertThat(outcome.elapsed()).isLessThan(SHORT.plus(SLACK));
    }
  }

  @Test
  void saysThatNobodyListens() throws IOException {
    var free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
    free.close();

    var url = URI.create("http://127.0.0.1:" + free.getLocalPort() + "/");
    var attempt = sender.send(message(url), LIMIT);

    assertThat(attempt).isInstanceOf(Failed.class);
    assertThat(attempt).extracting("error").isEqualTo(Failures.CONNECTION_REFUSED);
  }

  @Test
  void delaysNoOtherReceiver() throws InterruptedException {
    receiver.answer(ReceiverAnswer.slowHead(Duration.ofMillis(50)));
    var slow =
        Stream.generate(() -> Thread.ofVirtual().start(this::sendShortly)).limit(50).toList();
    receiver.awaitRequests(50);

    try (var other = WebhookReceiver.http()) {
      var attempt = sender.send(message(other.url()), LIMIT);

      assertThat(attempt).extracting("statusCode").isEqualTo(204);
      assertThat(attempt.duration()).isLessThan(SLACK);
    }
    for (var thread : slow) {
      assertThat(thread.join(LIMIT)).isTrue();
    }
  }

  @Test
  void goesOnWithTheNextMessageAfterABadOne() {
    receiver.next(
        ReceiverAnswer.headers(10_000), ReceiverAnswer.reset(), ReceiverAnswer.body(1L << 20));

    var statuses =
        Stream.generate(() -> sender.send(message(receiver.url()), LIMIT)).limit(4).toList();

    assertThat(statuses.get(3)).extracting("statusCode").isEqualTo(204);
  }

  private void sendShortly() {
    var attempt = sender.send(message(receiver.url()), Duration.ofSeconds(3));
    assertThat(attempt).isInstanceOf(Failed.class);
  }

  private static void interimForEver(Socket socket) throws IOException {
    while (!socket.isClosed()) {
      ReceiverAnswer.text("HTTP/1.1 102 Processing\r\n\r\n".repeat(1000)).write(socket);
    }
  }

  private static Outcome measured(Supplier<Attempt> send) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var self = Thread.currentThread().threadId();
    var before = threads.getThreadAllocatedBytes(self);
    var start = System.nanoTime();
    var attempt = send.get();
    return new Outcome(
        attempt,
        Duration.ofNanos(System.nanoTime() - start),
        threads.getThreadAllocatedBytes(self) - before);
  }

  private record Outcome(Attempt attempt, Duration elapsed, long allocated) {}
}
