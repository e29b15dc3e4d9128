package ai.orchard9.rdev.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.WebhookReceiver;
import ai.orchard9.rdev.testing.browser.Browser;
import ai.orchard9.rdev.testing.browser.BrowserExtension;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Trying webhooks in the console, and sending again what they were told.
final class WebhookPageTest {
  private static final Pattern DELIVERY = Pattern.compile("/console/deliveries/[^/]+");

  @RegisterExtension
  static final BrowserExtension BROWSER = BrowserExtension.on(ConsoleServer::uri);

  private final ApiClient client = ConsoleServer.get().client();
  private final Browser browser = BROWSER.get();
  private final WebhookReceiver receiver = WebhookReceiver.http();

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void sendsATestAndTheSameOnceMore() {
    var id = Console.webhook(client, receiver.url(), "journey");
    Console.logIn(browser).visit("/console/webhooks").awaitText("journey");
    browser.visit("/console/webhooks/" + id).press("Send test");
    var first = receiver.awaitRequests(1).getFirst();
    browser.visit("/console/webhooks/" + id);
    var delivery =
        browser.page().links().stream()
            .map(it -> it.getPath())
            .filter(it -> DELIVERY.matcher(it).matches())
            .findFirst()
            .orElseThrow();

    browser.visit(delivery).press("Redeliver");

    var second = receiver.awaitRequests(2).get(1);
    assertThat(second.header("webhook-id")).isEqualTo(first.header("webhook-id"));
    assertThat(second.text()).isEqualTo(first.text());
    assertThat(browser.visit(delivery).text()).containsIgnoringCase("delivered");
    assertThat(client.get("/audit?action=webhook.redelivered").data().get(0).path("target"))
        .hasToString("\"" + id + "\"");
    client.delete("/webhooks/" + id);
  }
}
