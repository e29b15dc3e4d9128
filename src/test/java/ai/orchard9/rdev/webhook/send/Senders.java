package ai.orchard9.rdev.webhook.send;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.http.AddressRange;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Senders and messages for tests: receivers listen on 127.0.0.1, which has to be allowed.
final class Senders {

  static final Duration LIMIT = Duration.ofSeconds(10);
  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

  private static final int CONNECTIONS = 200;

  private Senders() {}

  /// One that may send to receivers of tests.
  static HttpSender lenient() {
    return with(settings());
  }

  static HttpSender with(HttpSender.Settings settings) {
    return with(settings, allowing("127.0.0.0/8", HostResolver.system()));
  }

  static HttpSender with(HttpSender.Settings settings, Targets targets) {
    return new HttpSender(targets, settings, InstantSource.system());
  }

  static HttpSender.Settings settings() {
    return HttpSender.Settings.direct(CONNECTIONS);
  }

  static Targets allowing(String ranges, HostResolver resolver) {
    return new Targets(AddressRange.parseList(ranges), resolver);
  }

  /// Answers with the same addresses, whatever the name.
  static HostResolver resolving(String... addresses) {
    var all = List.of(addresses).stream().map(InetAddress::ofLiteral).toList();
    return _ -> all;
  }

  static HostResolver failing() {
    return host -> {
      throw new UnknownHostException(host);
    };
  }

  static Message message(URI url) {
    return message(url, "{\"event\":\"command.completed\"}");
  }

  static Message message(URI url, String body) {
    return new Message(
        url, "command.completed", "msg-1", NOW, body.getBytes(UTF_8), List.of(SECRET));
  }
}
