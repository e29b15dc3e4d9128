package ai.orchard9.rdev.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.webhook.send.Secrets.SealException;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretsTest {

  private static final String OLD_KEY = key((byte) 1);
  private static final String NEW_KEY = key((byte) 2);
  private static final String SECRET = Secrets.generate();

  private final Secrets secrets = Secrets.parse(OLD_KEY);

  @Test
  void generatesSecretsOf32RandomBytes() {
    var made =
        IntStream.range(0, 1000).mapToObj(_ -> Secrets.generate()).collect(Collectors.toSet());

    assertThat(made)
        .hasSize(1000)
        .allMatch(secret -> secret.matches("whsec_[A-Za-z0-9+/]{43}="))
        .allMatch(secret -> Secrets.bytes(secret).length == 32);
  }

  @Test
  void opensWhatItSealed() {
    var stored = secrets.seal(SECRET, "webhook-1");

    assertThat(stored).matches("sealed\\.v1\\.[0-9a-f]{8}\\.[-_A-Za-z0-9]+");
    assertThat(stored).doesNotContain(SECRET, SECRET.substring(6));
    assertThat(secrets.open(stored, "webhook-1")).isEqualTo(SECRET);
  }

  @Test
  void sealsTheSameSecretDifferentlyEachTime() {
    var sealed =
        IntStream.range(0, 1000)
            .mapToObj(_ -> secrets.seal(SECRET, "webhook-1"))
            .collect(Collectors.toSet());

    assertThat(sealed).hasSize(1000);
  }

  @Test
  void opensNothingThatWasChanged() {
    var stored = secrets.seal(SECRET, "webhook-1");

    for (int i = 0; i < stored.length(); i++) {
      // The last character carries bits that base64 does not use: change it to one far away.
      var other = stored.charAt(i) == 'A' ? 'z' : 'A';
      var changed = stored.substring(0, i) + other + stored.substring(i + 1);
      assertThatThrownBy(() -> secrets.open(changed, "webhook-1"))
          .as("changed at %d", i)
          .isInstanceOf(SealException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", "sealed.v1.", "sealed.v1.00000000", "sealed.v2.0.AAAA"})
  void opensNoOtherForm(String stored) {
    assertThatThrownBy(() -> secrets.open(stored, "webhook-1")).isInstanceOf(SealException.class);
  }

  @Test
  void opensNothingThatWasCutOff() {
    var stored = secrets.seal(SECRET, "webhook-1");

    for (int length = 0; length < stored.length(); length++) {
      var cut = stored.substring(0, length);
      assertThatThrownBy(() -> secrets.open(cut, "webhook-1")).isInstanceOf(SealException.class);
    }
  }

  @Test
  void opensNothingOfAnotherOwner() {
    var stored = secrets.seal(SECRET, "webhook-1");

    assertThatThrownBy(() -> secrets.open(stored, "webhook-2"))
        .isInstanceOf(SealException.class)
        .hasMessage("the stored secret was changed, or is another webhook's");
  }

  @Test
  void saysThatAnotherKeySealed() {
    var stored = secrets.seal(SECRET, "webhook-1");

    assertThatThrownBy(() -> Secrets.parse(NEW_KEY).open(stored, "webhook-1"))
        .isInstanceOf(SealException.class)
        .hasMessage("the stored secret is sealed with a key that is not set");
    assertThatThrownBy(() -> Secrets.plain().open(stored, "webhook-1"))
        .isInstanceOf(SealException.class)
        .hasMessage("the stored secret is sealed with a key that is not set");
  }

  @Test
  void sealsWithTheFirstKeyAndOpensWithEach() {
    var both = Secrets.parse(NEW_KEY + ", " + OLD_KEY);
    var before = secrets.seal(SECRET, "webhook-1");

    var after = both.seal(SECRET, "webhook-1");

    assertThat(both.open(before, "webhook-1")).isEqualTo(SECRET);
    assertThat(Secrets.parse(NEW_KEY).open(after, "webhook-1")).isEqualTo(SECRET);
    assertThat(both.isStale(before)).isTrue();
    assertThat(both.isStale(after)).isFalse();
  }

  @Test
  void storesPlainWithoutAKeyAndOpensThatWithOne() {
    var plain = Secrets.parse(" ");

    var stored = plain.seal(SECRET, "webhook-1");

    assertThat(plain.isPlain()).isTrue();
    assertThat(stored).isEqualTo(SECRET);
    assertThat(plain.open(stored, "webhook-1")).isEqualTo(SECRET);
    assertThat(secrets.open(stored, "webhook-1")).isEqualTo(SECRET);
    assertThat(secrets.isStale(stored)).isTrue();
    assertThat(plain.isStale(stored)).isFalse();
  }

  @Test
  void takesKeysInBothAlphabetsOfBase64() {
    var bytes = new byte[32];
    Arrays.fill(bytes, (byte) 0xfb);
    var standard = Secrets.parse(Base64.getEncoder().encodeToString(bytes));
    var url = Secrets.parse(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));

    assertThat(url.open(standard.seal(SECRET, "webhook-1"), "webhook-1")).isEqualTo(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "key",
        "not base64!",
        "AAAA",
        ",",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=,",
      })
  void refusesOtherKeysWithoutShowingThem(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Secrets.parse(text))
        .withMessage("must be " + Secrets.KEYS)
        .withNoCause();
  }

  private static String key(byte value) {
    var bytes = new byte[32];
    Arrays.fill(bytes, value);
    return Base64.getEncoder().encodeToString(bytes);
  }
}
