package ai.orchard9.rdev.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyFormatTest {
  @Test
  void makesKeysThatItAccepts() {
    var key = KeyFormat.random();

    assertThat(key).matches("rdev_sk_[0-9a-f]{8}_[0-9A-Za-z]{38}");
    assertThat(KeyFormat.isWellFormed(key)).isTrue();
    assertThat(KeyFormat.prefix(key)).isEqualTo(key.substring(8, 16));
  }

  @Test
  void refusesAnyChangedCharacter() {
    var key = KeyFormat.random();

    for (int i = 0; i < key.length(); i++) {
      var other = key.charAt(i) == 'a' ? 'b' : 'a';
      var changed = key.substring(0, i) + other + key.substring(i + 1);
      assertThat(KeyFormat.isWellFormed(changed))
          .as("changed at %d", i)
          .isEqualTo(changed.equals(key));
    }
  }
}
