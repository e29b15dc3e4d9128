package ai.orchard9.rdev.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When a pod's token ends.
final class ClusterTokenTest {
  @TempDir private Path folder;

  @Test
  void readsTheEndOfAToken() throws IOException {
    assertThat(expiry(token("{\"aud\":[\"k\"],\"exp\":1795713600,\"iat\":1795710000}")))
        .isEqualTo(1_795_713_600.0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"iss\":\"kubernetes/serviceaccount\"}", "{\"exp\":\"soon\"}", "[]", "x"})
  void aTokenThatSaysNothingOfItsEndHasNone(String claims) throws IOException {
    assertThat(expiry(token(claims))).isInfinite();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "opaque", "a.b", "a.!!.c"})
  void whatIsNoTokenEndsNever(String text) throws IOException {
    assertThat(expiry(text)).isInfinite();
  }

  @Test
  void noFileIsNoToken() {
    assertThat(ClusterToken.expiry(folder.resolve("missing"))).isInfinite();
  }

  private double expiry(String text) throws IOException {
    return ClusterToken.expiry(Files.writeString(folder.resolve("token"), text));
  }

  private static String token(String claims) {
    var encoder = Base64.getUrlEncoder().withoutPadding();
    return "e30." + encoder.encodeToString(claims.getBytes(UTF_8)) + ".c2ln";
  }
}
