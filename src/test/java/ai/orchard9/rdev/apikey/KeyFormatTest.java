package ai.orchard9.rdev.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFormatTest {
  @Test
  void makesKeysThatItAccepts() {
    var key = KeyFormat.random();

    assertThat(key).matches("rdev_sk_[0-9a-f]{8}_[0-9A-Za-z]{38}");
    assertThat(KeyFormat.isWellFormed(key)).isTrue();
    assertThat(KeyFormat.prefix(key)).isEqualTo(key.substring(8, 16));
  }

  /// Made by another implementation (Python's `zlib.crc32` and `hashlib.sha256`), the last one with
  /// leading zeros in its checksum.
  @ParameterizedTest
  @CsvSource({
    "rdev_sk_00000000_000000000000000000000000000000000ODbSB,"
        + "033cb0b532f60a83e60285f80669b2e5927cdbb68a51184522b5ee4a8b63f40c",
    "rdev_sk_deadbeef_0123456789ABCDEFGHIJKLMNOPQRSTUV0Eu9bx,"
        + "c9dc12f997f093dc25639dbbd16a4c44cf65b2f9dfdcaec7d2944eee50284f92",
    "rdev_sk_0a1b2c3d_abcdefghijklmnopqrstuvwxyzABCDEF39dmCH,"
        + "19d0144f018cdd83e5b7289cf1f1dfab0d73266b3db2cebc3a5859e089cbe01a",
    "rdev_sk_000000f1_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz00BGZa,"
        + "7614ef47de57ca16c722e6d3dc40271d556cc629fb84863d41dc9d778ef3275b",
  })
  void agreesWithAnotherImplementation(String key, String hash) {
    assertThat(KeyFormat.isWellFormed(key)).isTrue();
    assertThat(KeyFormat.hash(key)).isEqualTo(hash);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "rdev_sk_",
        "rdev_sk_DEADBEEF_0123456789ABCDEFGHIJKLMNOPQRSTUV0Eu9bx",
        " rdev_sk_deadbeef_0123456789ABCDEFGHIJKLMNOPQRSTUV0Eu9bx",
        "rdev_sk_deadbeef_0123456789ABCDEFGHIJKLMNOPQRSTUV0Eu9bx\n",
        "rdev_sk_deadbeef_0123456789ABCDEFGHIJKLMNOPQRSTUV0Eu9b\u00fc",
        "rdev_sk_deadbeef_0123456789ABCDEFGHIJKLMNOPQRSTUV",
      })
  void refusesWhatIsNoKey(String text) {
    assertThat(KeyFormat.isWellFormed(text)).isFalse();
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
