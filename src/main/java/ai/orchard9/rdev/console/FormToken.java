package ai.orchard9.rdev.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// What every form carries, so that no other site's form can be sent in somebody's name. It is made
/// from the secret of a cookie, which other sites cannot read, and tells nothing of it.
final class FormToken {
  /// The name of its field.
  static final String FIELD = "form_token";

  private static final String HMAC = "HmacSHA256";

  private FormToken() {}

  static String of(String secret) {
    try {
      var mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), HMAC));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(mac.doFinal(FIELD.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static boolean matches(String secret, @Nullable String sent) {
    return sent != null && MessageDigest.isEqual(of(secret).getBytes(UTF_8), sent.getBytes(UTF_8));
  }
}
