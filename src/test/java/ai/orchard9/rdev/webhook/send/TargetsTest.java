package ai.orchard9.rdev.webhook.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.http.AddressRange;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetsTest {

  private static final String PUBLIC = "93.184.215.14";

  /// Everything is public, so that only the form of a URL can be at fault.
  private final Targets lenient = targets(PUBLIC);

  @ParameterizedTest
  @CsvSource({
    "https://example.com, https://example.com/",
    "HTTPS://Example.COM/A/b?C=d, https://example.com/A/b?C=d",
    "http://example.com:8080?x=1, http://example.com:8080/?x=1",
    "http://example.com./hook, http://example.com/hook",
    "https://example.com:443/, https://example.com:443/",
    "https://example.com//a/../b, https://example.com//a/../b",
    "https://xn--bcher-kva.example/%C3%BC, https://xn--bcher-kva.example/%C3%BC",
    "http://receiver/hook, http://receiver/hook",
    "http://8.8.8.8/, http://8.8.8.8/",
    "http://8.8.8.8.:80/, http://8.8.8.8:80/",
    "'http://[2606:4700:0::1111]:8443/x', 'http://[2606:4700:0:0:0:0:0:1111]:8443/x'",
    "'http://[::ffff:8.8.8.8]/', http://8.8.8.8/",
    "https://hooks.example.com/a:b@c/, https://hooks.example.com/a:b@c/",
  })
  void writesUrlsAnewFromWhatWasRead(String url, String normalised) throws Exception {
    assertThat(lenient.check(url)).hasToString(normalised);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "example.com",
        "//example.com",
        "/hook",
        "http:",
        "http:/",
        "http://",
        "http:example.com",
        "http:/example.com",
        "http:///hook",
        "http://:80/",
        "http://./",
        "http://?x",
        "http://#x",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "javascript:alert(1)",
        "jar:http://example.com!/",
        "unix:///var/run/docker.sock",
        " http://example.com/",
        "http://example.com/ ",
        "http://example.com/a b",
        "http://exa mple.com/",
        "http://example.com/\t",
        "http://exa\nmple.com/",
        "http://example.com/\r\nX: y",
        "ht\ttp://example.com/",
        "http://example.com/\u0000",
        "http://example.com\u0000.evil.com/",
        "http://example.com\\@127.0.0.1/",
        "http:\\\\example.com/",
        "http://example.com\\",
        "http://user@example.com/",
        "http://user:password@example.com/",
        "http://@example.com/",
        "http://a@b@example.com/",
        "http://example.com%40127.0.0.1/",
        "https://x#@127.0.0.1/",
        "http://example.com/#fragment",
        "http://example.com#",
        "http://example.com:0/",
        "http://example.com:00000/",
        "http://example.com:65536/",
        "http://example.com:99999/",
        "http://example.com:/",
        "http://example.com:-1/",
        "http://example.com:+80/",
        "http://example.com:8o/",
        "http://example.com:80:80/",
        "http://example.com:000080000/",
        "http://example..com/",
        "http://.example.com/",
        "http://example.com../",
        "http://-example.com/",
        "http://example-.com/",
        "http://exa_mple.com/",
        "http://exa%6dple.com/",
        "http://ex*mple.com/",
        "http://example.com;/",
        "http://a,b/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://017700000001/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://0/",
        "http://0x/",
        "http://8.8.8/",
        "http://8.8.8.08/",
        "http://8.8.8.256/",
        "http://8.8.8.8.8/",
        "http://1.2.3.0x4/",
        "http://8.8.8.8../",
        "http://example.0x7f/",
        "http://example.1/",
        "http://127.0.0.1%00/",
        "http://127。0。0。1/",
        "http://１２７.0.0.1/",
        "http://ⓔxample.com/",
        "http://exämple.com/",
        "http://example。com/",
        "http://example.com/ü",
        "http://[::1/",
        "http://::1/",
        "http://[]/",
        "http://[1.2.3.4]/",
        "http://[fe80::1%25eth0]/",
        "http://[fe80::1%eth0]/",
        "http://[::g]/",
        "http://[2606:4700::1111/",
        "http://2606:4700::1111]/",
        "http://[[2606:4700::1111]]/",
        "http://[2606:4700::1111].example.com/",
        "http://[v1.x]/",
        "http://[::ffff:127.1]/",
        "http://example.com/%",
        "http://example.com/%zz",
        "http://example.com/{a}",
        "http://example.com/<a>",
        "http://example.com/\"",
        "http://example.com/^",
        "http://example.com/a|b",
        "http://example.com/`",
        "http://example.com/?a[]=1",
      })
  void refusesEveryFormThatReadersDifferAbout(String url) {
    assertThatThrownBy(() -> lenient.check(url))
        .isInstanceOf(TargetRefusedException.class)
        .hasMessageStartingWith("must ");
  }

  @Test
  void limitsTheLength() throws Exception {
    var longest = "http://example.com/" + "a".repeat(2048 - 19);

    assertThat(lenient.check(longest)).hasToString(longest);
    assertRefused(lenient, longest + "a");
    assertRefused(lenient, "http://" + "a.".repeat(126) + "example/");
    assertRefused(lenient, "http://" + "a".repeat(64) + ".example/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "http://127.0.0.1./",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[2001:0:1::1]/",
      })
  void refusesInnerAddressesWithoutLookingThemUp(String url) {
    var asked = new ArrayList<String>();
    var targets = new Targets(List.of(), host -> answer(asked, host, PUBLIC));

    assertThatThrownBy(() -> targets.check(url))
        .isInstanceOf(TargetRefusedException.class)
        .hasMessage(
            "must have a host that resolves, and to nothing but addresses reachable from"
                + " everywhere");
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "localhost.", "LOCALHOST", "sub.localhost", "database.svc", "db"})
  void judgesNamesByWhatTheyResolveTo(String host) throws Exception {
    assertRefused(targets("127.0.0.1"), "http://" + host + "/");
    assertThat(targets(PUBLIC).check("http://" + host + "/")).isNotNull();
  }

  @Test
  void knowsThisMachinesOwnNames() {
    var real = new Targets(List.of(), HostResolver.system());

    assertRefused(real, "http://localhost/");
    assertRefused(real, "http://localhost./");
    assertRefused(real, "http://no-such-name.invalid/");
  }

  @Test
  void refusesNamesOfWhichOneAddressIsInside() {
    assertRefused(targets(PUBLIC, "10.0.0.1"), "http://mixed.example/");
    assertRefused(targets(PUBLIC, "fd00::1"), "http://mixed.example/");
    assertRefused(targets("192.168.0.1", PUBLIC), "http://mixed.example/");
  }

  @Test
  void saysTheSameOfNamesThatAreInsideAndThatAreNot() {
    var inside = targets("10.0.0.1");
    var absent =
        new Targets(
            List.of(),
            host -> {
              throw new UnknownHostException(host);
            });
    var empty = new Targets(List.of(), host -> List.of());
    var broken =
        new Targets(
            List.of(),
            host -> {
              throw new IllegalStateException(host);
            });

    assertThat(Stream.of(inside, absent, empty, broken).map(TargetsTest::reason).distinct())
        .hasSize(1);
  }

  @Test
  void permitsWhatTheOperatorAllows() throws Exception {
    var targets = new Targets(AddressRange.parseList("10.1.0.0/16, ::1, 64:ff9b::/96"), named());

    assertThat(targets.check("http://10.1.2.3/")).hasHost("10.1.2.3");
    assertThat(targets.check("http://[::ffff:10.1.2.3]/")).hasHost("10.1.2.3");
    assertThat(targets.check("http://[::1]/")).hasHost("[0:0:0:0:0:0:0:1]");
    assertThat(targets.check("http://[64:ff9b::808:808]/")).isNotNull();
    assertRefused(targets, "http://10.2.0.1/");
    assertRefused(targets, "http://127.0.0.1/");
  }

  @Test
  void waitsForLookupsNoLongerThanTheLimit() throws Exception {
    var never = new CountDownLatch(1);
    var targets =
        new Targets(
            List.of(),
            host -> {
              awaitQuietly(never);
              return List.of(InetAddress.ofLiteral(PUBLIC));
            });

    assertThatThrownBy(() -> targets.addresses("slow.example", Duration.ofMillis(50)))
        .isInstanceOf(SocketTimeoutException.class);

    never.countDown();
    assertThat(targets.addresses("slow.example", Duration.ofSeconds(5))).hasSize(1);
  }

  private static void assertRefused(Targets targets, String url) {
    assertThatThrownBy(() -> targets.check(url)).isInstanceOf(TargetRefusedException.class);
  }

  private static String reason(Targets targets) {
    try {
      return "permitted: " + targets.check("http://some.example/");
    } catch (TargetRefusedException refused) {
      return refused.reason();
    }
  }

  private static Targets targets(String... answers) {
    return new Targets(List.of(), host -> answer(new ArrayList<>(), host, answers));
  }

  private static HostResolver named() {
    return host -> List.of(InetAddress.ofLiteral(PUBLIC));
  }

  private static List<InetAddress> answer(List<String> asked, String host, String... answers) {
    asked.add(host);
    return Stream.of(answers).map(InetAddress::ofLiteral).toList();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
