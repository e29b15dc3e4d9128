package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ReceiverAnswer;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.WebhookReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Two servers that deliver from one database.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WebhookPairTest {
  private final ArrayList<ServerProcess> servers = new ArrayList<>();

  @BeforeAll
  void start() {
    var settings =
        ServerProcess.named("webhook-pair")
            .database(TestPostgres.shared())
            .environment("WEBHOOK_ALLOWED_TARGETS", "127.0.0.1");
    servers.add(settings.build());
    servers.add(settings.twin().build());
    servers.forEach(ServerProcess::launch);
    servers.forEach(ServerProcess::awaitReady);
  }

  @AfterAll
  void stop() {
    servers.reversed().forEach(ServerProcess::close);
  }

  @Test
  void sendEachOnceAndNoMoreThanThreeAtOnce() {
    var atOnce = new AtomicInteger();
    var most = new AtomicInteger();
    try (var receiver = WebhookReceiver.http()) {
      receiver.answer(
          socket -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            ReceiverAnswer.delayed(
                    Duration.ofMillis(50),
                    it -> {
                      atOnce.decrementAndGet();
                      ReceiverAnswer.status(204).write(it);
                    })
                .write(socket);
          });
      var hook = Hook.to(servers.getFirst().client(), receiver.url());
      var other = new Hook(servers.getLast().client(), hook.id(), hook.secret());

      for (int i = 0; i < 30; i++) {
        hook.test();
        other.test();
      }

      Awaitility.await("all are over")
          .atMost(Duration.ofSeconds(30))
          .until(() -> hook.deliveries("?status=delivered&limit=200").size() == 60);
      assertThat(receiver.requests().stream().map(it -> it.header("webhook-id")))
          .hasSize(60)
          .doesNotHaveDuplicates();
      assertThat(most).hasValueLessThanOrEqualTo(3);
      hook.delete();
    }
  }

  @Test
  void holdAndGoOnTogether() {
    try (var receiver = WebhookReceiver.http()) {
      var hook = Hook.to(servers.getLast().client(), receiver.url());
      var one = servers.getFirst().admin();
      assertThat(one.run("webhooks?action=pause&dry_run=true").lines())
          .containsExactly("would_pause=all");
      assertThat(one.run("webhooks").lines().getFirst()).isEqualTo("paused=false");

      assertThat(one.run("webhooks?action=pause").lines()).containsExactly("paused=all");
      assertThat(one.run("webhooks?action=pause").lines()).containsExactly("paused_already=all");
      hook.test();

      var shown = servers.getLast().admin().run("webhooks").lines();
      assertThat(shown).contains("paused=true").anyMatch(it -> it.matches("pending=[1-9]\\d*"));
      assertThat(shown.getLast()).startsWith("pause=all since=").endsWith(" by=operator");
      Awaitility.await("nothing is sent")
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(4))
          .until(() -> receiver.requests().isEmpty());
      assertThat(one.run("webhooks?action=resume").lines()).containsExactly("resumed=all");
      assertThat(one.run("webhooks?action=resume").lines()).containsExactly("not_paused=all");
      receiver.awaitRequests(1);
      assertThat(one.run("webhooks?action=hold").status()).isEqualTo(400);
      assertThat(servers.getFirst().client().get("/audit?action=task.run").data()).isNotEmpty();
      hook.delete();
    }
  }

  @Test
  void areNotStoppedByReceiversThatHang() {
    var hanging = new ArrayList<WebhookReceiver>();
    try (var receiver = WebhookReceiver.http()) {
      var client = servers.getFirst().client();
      var hooks = new ArrayList<Hook>();
      for (int i = 0; i < 4; i++) {
        hanging.add(WebhookReceiver.http().answer(ReceiverAnswer.silence()));
        var hook = Hook.to(client, hanging.getLast().url());
        hooks.add(hook);
        for (int n = 0; n < 6; n++) {
          hook.test();
        }
      }
      hanging.forEach(it -> it.awaitRequests(3));
      var hook = Hook.to(client, receiver.url());
      hooks.add(hook);

      for (int i = 0; i < 20; i++) {
        hook.test();
      }

      Awaitility.await("the others are served")
          .atMost(Duration.ofSeconds(5))
          .until(() -> receiver.requests().size() == 20);
      assertThat(hanging).allSatisfy(it -> assertThat(it.requests()).hasSize(3));
      var told = hooks.getFirst().deliveries("?limit=200").get(5).path("id").asText();
      var failed = hooks.getFirst().await(told, "retrying");
      assertThat(failed.at("/attempts/0/error").asText()).isEqualTo("timed out");
      assertThat(failed.at("/attempts/0/duration_ms").asInt()).isBetween(9_900, 11_500);
      hooks.forEach(Hook::delete);
    } finally {
      List.copyOf(hanging).forEach(WebhookReceiver::close);
    }
  }
}
