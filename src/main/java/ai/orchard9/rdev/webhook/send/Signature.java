package ai.orchard9.rdev.webhook.send;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs as Standard Webhooks 1.0.0 has it: HMAC-SHA256 over `id.timestamp.body`, one signature for
/// each secret, so that a receiver which knows any of them can verify.
public final class Signature {

  private static final String ALGORITHM = "HmacSHA256";

  private Signature() {}

  /// The value of `webhook-signature`: `v1,…`, one per secret, in their order, with blanks between.
  ///
  /// @param epochSeconds as `webhook-timestamp` says
  /// @param secrets of the form `whsec_…`
  /// @throws IllegalArgumentException a secret has another form
  public static String of(String id, long epochSeconds, byte[] body, List<String> secrets) {
    var head = (id + "." + epochSeconds + ".").getBytes(UTF_8);
    return secrets.stream()
        .map(secret -> "v1," + hmac(Secrets.bytes(secret), head, body))
        .collect(Collectors.joining(" "));
  }

  private static String hmac(byte[] key, byte[] head, byte[] body) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      mac.update(head);
      return Base64.getEncoder().encodeToString(mac.doFinal(body));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JVM has " + ALGORITHM, impossible);
    }
  }
}
