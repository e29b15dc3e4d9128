package ai.orchard9.rdev.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Nobody chooses their own address. Trusted are 10.0.0.0/8 and fd00::/8; headers are separated by
/// a bar.
final class ClientAddressTest {
  private final ClientAddress addresses =
      new ClientAddress(AddressRange.parseList("10.0.0.0/8, fd00::/8"));

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        // Whoever is no proxy is not listened to.
        "9.9.9.9; 1.1.1.1; 9.9.9.9",
        "10.0.0.1; ''; 10.0.0.1",
        // The right-most untrusted one, whatever was sent to the proxy.
        "10.0.0.1; 1.1.1.1; 1.1.1.1",
        "10.0.0.1; 6.6.6.6, 1.1.1.1; 1.1.1.1",
        "10.0.0.1; 6.6.6.6, 1.1.1.1, 10.0.0.2; 1.1.1.1",
        "10.0.0.1; 10.9.9.9, 1.1.1.1, 10.0.0.2; 1.1.1.1",
        "10.0.0.1; 10.0.0.3, 10.0.0.2; 10.0.0.3",
        // Several headers are one list.
        "10.0.0.1; 6.6.6.6 | 1.1.1.1; 1.1.1.1",
        "10.0.0.1; 1.1.1.1 | 10.0.0.2 |; 1.1.1.1",
        // One address, many ways to write it.
        "::ffff:10.0.0.1; ::ffff:1.1.1.1; 1.1.1.1",
        "::ffff:9.9.9.9; 1.1.1.1; 9.9.9.9",
        "fd00::1; 2001:DB8::1; 2001:db8:0:0:0:0:0:1",
        "fd00::1%eth0; 2001:db8::1%7; 2001:db8:0:0:0:0:0:1",
        "10.0.0.1; 1.1.1.1:5678; 1.1.1.1",
        "10.0.0.1; [2001:db8::1]:443; 2001:db8:0:0:0:0:0:1",
        "10.0.0.1; [2001:db8::1]; 2001:db8:0:0:0:0:0:1",
        "10.0.0.1; [fe80::1%eth0]:443; fe80:0:0:0:0:0:0:1",
        "10.0.0.1; 1.1.1.1, [fd00::2]:80, 10.0.0.3:80; 1.1.1.1",
        // Empty elements do not count.
        "10.0.0.1; 1.1.1.1, , 10.0.0.2,; 1.1.1.1",
        "10.0.0.1; ,,,; 10.0.0.1",
        // What cannot be read ends the search at the last one that could.
        "10.0.0.1; 1.1.1.1, unknown; 10.0.0.1",
        "10.0.0.1; 1.1.1.1, unknown, 10.0.0.2; 10.0.0.2",
        "10.0.0.1; 1.1.1.1, _hidden, 10.0.0.2; 10.0.0.2",
        "10.0.0.1; unix:; 10.0.0.1",
        "10.0.0.1; unix:/run/x.sock; 10.0.0.1",
        "10.0.0.1; localhost; 10.0.0.1",
        "10.0.0.1; \"[2001:db8::1]\"; 10.0.0.1",
        "10.0.0.1; 1.1.1.1:; 10.0.0.1",
        "10.0.0.1; 1.1.1.1:x; 10.0.0.1",
        "10.0.0.1; 1.1.1.1:123456; 10.0.0.1",
        "10.0.0.1; [2001:db8::1]x:80; 10.0.0.1",
        "10.0.0.1; [; 10.0.0.1",
        "10.0.0.1; []; 10.0.0.1",
        "10.0.0.1; []:80; 10.0.0.1",
        "10.0.0.1; :; 10.0.0.1",
        "10.0.0.1; %; 10.0.0.1",
        "10.0.0.1; 1.1.1.1.; 10.0.0.1",
        // Ways of writing that not everybody reads alike.
        "10.0.0.1; 0010.0.0.9; 10.0.0.1",
        "10.0.0.1; 1.1; 10.0.0.1",
        "10.0.0.1; 16843009; 10.0.0.1",
        "10.0.0.1; 0x1.1.1.1; 10.0.0.1",
        "10.0.0.1; ::ffff:1.1; 10.0.0.1",
        "10.0.0.1; 1.1.1.256; 10.0.0.1",
      })
  void findsTheRightMostAddressThatIsNoProxy(String peer, String headers, String expected) {
    var values = Arrays.stream(headers.split("\\|", -1)).map(String::strip).toList();

    assertThat(addresses.find(peer, values)).isEqualTo(expected);
  }

  @Test
  void listensToNobodyByDefault() {
    assertThat(new ClientAddress(List.of()).find("10.0.0.1", List.of("1.1.1.1")))
        .isEqualTo("10.0.0.1");
  }

  @Test
  void looksAtFiftyHopsAndNoMore() {
    var proxies = String.join(",", Collections.nCopies(ClientAddress.MOST_HOPS, "10.0.0.2"));

    assertThat(addresses.find("10.0.0.1", List.of("1.1.1.1," + proxies))).isEqualTo("10.0.0.2");
    assertThat(addresses.find("10.0.0.1", List.of("1.1.1.1," + proxies.substring(9))))
        .isEqualTo("1.1.1.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.2,", ",", "1", "[", "9.9.9.9,", ":", "f::"})
  void endlessListsCostNothing(String part) {
    var header = List.of(part.repeat(1_000_000));
    addresses.find("10.0.0.1", header);

    var before = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      addresses.find("10.0.0.1", header);
    }

    // Measured: below 1 ms each; a quadratic reader needs minutes.
    assertThat(System.nanoTime() - before).isLessThan(2_000_000_000L);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.1.2, true",
    "10.0.0.0/8, 11.0.0.0, false",
    "10.0.0.0/8, ::ffff:10.1.1.1, true",
    "::ffff:10.0.0.0/104, 10.1.1.1, true",
    "::ffff:10.0.0.1, 10.0.0.1, true",
    "0.0.0.0/0, 2001:db8::1, false",
    "::/0, 1.1.1.1, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.2, false",
  })
  void knowsWhatARangeContains(String range, String address, boolean expected) {
    assertThat(AddressRange.parse(range).contains(address)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.1.0.0/16, true",
    "10.0.0.0/8, 10.0.0.0/8, true",
    "10.1.0.0/16, 10.0.0.0/8, false",
    "10.0.0.0/8, 11.0.0.0/16, false",
    "0.0.0.0/0, ::/0, false",
    "::/0, 2001:db8::/32, true",
  })
  void knowsWhichRangesItContains(String range, String other, boolean expected) {
    assertThat(AddressRange.parse(range).contains(AddressRange.parse(other))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "10.0.0.1/8",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10.0.0.0/08",
        "10.1",
        "::ffff:10.0.0.0/95",
        "fe80::1%eth0",
        "[::1]",
        "1.1.1.1:80",
        "localhost",
        "::/129",
        "1::2::3"
      })
  void refusesWhatIsNoRange(String text) {
    assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
