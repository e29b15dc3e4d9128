package ai.orchard9.rdev.webhook.send;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import java.net.http.HttpHeaders;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SignatureTest {

  /// The example of Standard Webhooks' own verifiers.
  @Test
  void signsTheKnownExample() {
    var signature =
        Signature.of(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            "{\"test\": 2432232314}".getBytes(UTF_8),
            List.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));

    assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  }

  @Test
  void passesBothVerifiersWithAnyBodyBeforeDuringAndAfterARotation() throws Exception {
    var random = new Random(20261126);
    for (int i = 0; i < 500; i++) {
      var before = Secrets.generate();
      var after = Secrets.generate();
      var body = text(random);

      var signed = List.of(List.of(before), List.of(after, before), List.of(after));

      verify(before, body, signed.get(0));
      verify(before, body, signed.get(1));
      verify(after, body, signed.get(1));
      verify(after, body, signed.get(2));
      assertThatThrownBy(() -> verify(after, body, signed.get(0))).isNotNull();
      assertThatThrownBy(() -> verify(before, body, signed.get(2))).isNotNull();
    }
  }

  @Test
  void passesWithSecretsOfEveryLengthThatIsAllowed() throws Exception {
    for (int bytes = 24; bytes <= 64; bytes++) {
      var secret = "whsec_" + Base64.getEncoder().encodeToString(new byte[bytes]);

      verify(secret, "{}", List.of(secret));
    }
  }

  @Test
  void refusesSecretsOfAnotherForm() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signature.of("id", 1, new byte[0], List.of("secret")));
  }

  private static void verify(String known, String body, List<String> secrets) throws Exception {
    var seconds = System.currentTimeMillis() / 1000;
    var headers =
        Map.of(
            "webhook-id", List.of("msg_1"),
            "webhook-timestamp", List.of(String.valueOf(seconds)),
            "webhook-signature",
                List.of(Signature.of("msg_1", seconds, body.getBytes(UTF_8), secrets)));
    new Webhook(known).verify(body, new HashMap<>(headers));
    new com.svix.Webhook(known).verify(body, HttpHeaders.of(headers, (name, value) -> true));
  }

  private static String text(Random random) {
    var text = new StringBuilder();
    random
        .ints(random.nextInt(200), 0, Character.MAX_CODE_POINT + 1)
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
        .forEach(text::appendCodePoint);
    return text.toString();
  }
}
