package ai.orchard9.rdev.webhook.send;

import ai.orchard9.rdev.http.NumericAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads a URL in the one way that every client reads alike, and writes it anew from what was read:
/// what was checked is what is dialled. Refused is whatever readers differ about (RFC 3986 here,
/// the WHATWG's URL there): userinfo, backslashes, blanks and controls, characters beyond ASCII
/// (IDNA maps `。` to a dot and fullwidth digits to digits), v4 addresses that are not four decimal
/// numbers, zones.
record TargetUrl(URI uri) {

  /// In characters. Long enough for every receiver known; the least that RFC 9110 section 4.1 asks
  /// clients and servers to support is 8,000, which would not fit a row's index.
  static final int MOST_CHARACTERS = 2048;

  private static final int MOST_HOST = 253;
  private static final String NAME_RULE =
      "must have a host of letters, digits, dashes and dots, its last part not beginning with a"
          + " digit";
  private static final int MOST_PORT = 65_535;

  /// Scheme, authority, path, query, fragment; the characters of RFC 3986 section 2 alone.
  private static final Pattern URL =
      Pattern.compile(
          "(?i)(https?)://([^/?#]*)(/[-a-z0-9._~!$&'()*+,;=:@%/]*)?"
              + "(\\?[-a-z0-9._~!$&'()*+,;=:@%/?]*)?(#.*)?");

  private static final Pattern HOST_AND_PORT =
      Pattern.compile("(\\[[^\\[\\]]*]|[^\\[\\]:@]*)(?::([0-9]{1,5}))?");
  private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

  /// RFC 1123 section 2.1: labels of letters, digits and inner dashes.
  private static final Pattern NAME =
      Pattern.compile(
          "(?:[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\\.)*[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?");

  /// What some readers take for a v4 address (WHATWG URL, "ends in a number").
  private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

  static TargetUrl parse(String text) throws TargetRefusedException {
    if (text.length() > MOST_CHARACTERS) {
      throw new TargetRefusedException("must have at most " + MOST_CHARACTERS + " characters");
    }
    var lower = text.toLowerCase(Locale.ROOT);
    if (!lower.startsWith("http://") && !lower.startsWith("https://")) {
      throw new TargetRefusedException("must begin with http:// or https://");
    }
    var url = URL.matcher(text);
    if (!url.matches() || BROKEN_ESCAPE.matcher(text).find()) {
      throw new TargetRefusedException(
          "must be a URL of ASCII characters, others escaped and names in their xn-- form");
    }
    if (url.group(5) != null) {
      throw new TargetRefusedException("must have no fragment (#…)");
    }
    var scheme = url.group(1).toLowerCase(Locale.ROOT);
    var rest = orEmpty(url.group(3)) + orEmpty(url.group(4));
    return of(scheme, url.group(2), rest.startsWith("/") ? rest : "/" + rest);
  }

  private static TargetUrl of(String scheme, String authority, String pathAndQuery)
      throws TargetRefusedException {
    if (authority.indexOf('@') >= 0) {
      throw new TargetRefusedException("must have no user name or password");
    }
    var parts = HOST_AND_PORT.matcher(authority);
    if (!parts.matches()) {
      throw new TargetRefusedException("must have a host and, if any, a port of digits");
    }
    var host = parts.group(1).toLowerCase(Locale.ROOT);
    var address = address(host);
    var port = parts.group(2) == null ? "" : ":" + port(parts.group(2));
    var written = address.isPresent() ? write(address.get()) : name(withoutDot(host));
    var uri = URI.create(scheme + "://" + written + port + pathAndQuery);
    if (uri.getHost() == null) {
      throw new TargetRefusedException(NAME_RULE);
    }
    return new TargetUrl(uri);
  }

  /// The address that a checked host is, with or without brackets; empty for a name.
  static Optional<InetAddress> literal(String host) {
    return NumericAddress.parse(
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host);
  }

  private static Optional<InetAddress> address(String host) throws TargetRefusedException {
    if (host.startsWith("[")) {
      var bare = host.substring(1, host.length() - 1);
      var address =
          bare.indexOf(':') < 0 ? Optional.<InetAddress>empty() : NumericAddress.parse(bare);
      if (address.isEmpty()) {
        throw new TargetRefusedException("must have a v6 address without zone between [ and ]");
      }
      return address;
    }
    var bare = withoutDot(host);
    if (!ENDS_IN_NUMBER.matcher(bare).matches()) {
      return Optional.empty();
    }
    var address = NumericAddress.parse(bare);
    if (address.isEmpty()) {
      throw new TargetRefusedException("must have its v4 address as four decimal numbers");
    }
    return address;
  }

  private static String name(String host) throws TargetRefusedException {
    if (host.length() > MOST_HOST || !NAME.matcher(host).matches()) {
      throw new TargetRefusedException(NAME_RULE);
    }
    return host;
  }

  /// A name with the root's dot is the same host, but its certificate and `Host` have none.
  private static String withoutDot(String host) {
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  private static String write(InetAddress address) {
    var text = address.getHostAddress();
    return address instanceof Inet4Address ? text : "[" + text + "]";
  }

  private static int port(String digits) throws TargetRefusedException {
    var port = Integer.parseInt(digits);
    if (port < 1 || port > MOST_PORT) {
      throw new TargetRefusedException("must have a port of 1–" + MOST_PORT);
    }
    return port;
  }

  private static String orEmpty(@Nullable String group) {
    return group == null ? "" : group;
  }
}
