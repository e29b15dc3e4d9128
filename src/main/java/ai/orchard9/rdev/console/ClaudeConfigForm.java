package ai.orchard9.rdev.console;

import ai.orchard9.rdev.claudeconfig.ConfigFile;
import ai.orchard9.rdev.error.ApiException;
import jakarta.ws.rs.core.MultivaluedMap;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is typed of a file. Public only because Thymeleaf reads it.
///
/// @param text as the field holds it, behind a line end, which browsers leave out
/// @param ends `crlf` where lines end so, else empty: browsers send any as CR LF
/// @param was hash of the content that was shown
/// @param error why it was refused; null: it was not
public record ClaudeConfigForm(
    String kind, String name, String text, String ends, String was, @Nullable String error) {
  static final ClaudeConfigForm EMPTY = new ClaudeConfigForm("commands", "", "\n", "", "", null);

  private static final String CRLF = "crlf";

  static ClaudeConfigForm of(String kind, ConfigFile file) {
    var content = file.content();
    return new ClaudeConfigForm(
        kind,
        file.entry().name(),
        "\n" + content.replace("\r\n", "\n"),
        content.contains("\r\n") ? CRLF : "",
        hash(content),
        null);
  }

  static ClaudeConfigForm of(MultivaluedMap<String, String> form) {
    return new ClaudeConfigForm(
        field(form, "kind"),
        field(form, "name").strip(),
        "\n" + field(form, "text").replace("\r\n", "\n"),
        field(form, "ends"),
        field(form, "was"),
        null);
  }

  private static String field(MultivaluedMap<String, String> form, String name) {
    return Objects.requireNonNullElse(form.getFirst(name), "");
  }

  /// What is to be written.
  String content() {
    var typed = text.substring(1);
    return ends.equals(CRLF) ? typed.replace("\n", "\r\n") : typed;
  }

  /// Whether a form sends back the same content that it was given: pages show characters that would
  /// act as others, and browsers know one sort of line ends.
  static boolean keeps(String content) {
    var plain = content.replace("\r\n", "\n");
    return plain.indexOf('\r') < 0
        && (plain.equals(content) || plain.replace("\n", "\r\n").equals(content))
        && Visible.of(content).equals(content);
  }

  /// @throws ApiException.Conflict the file is another one than was shown, or no form may change it
  void checkUnchanged(ConfigFile file) {
    if (!keeps(file.content())) {
      throw new ApiException.Conflict("it has characters that no form keeps; use the API");
    }
    if (!was.equals(hash(file.content()))) {
      throw new ApiException.Conflict(
          "it was changed by somebody else meanwhile: that is what you see above; save again to"
              + " replace it");
    }
  }

  /// What was typed, as a change of what is there now.
  ClaudeConfigForm on(ConfigFile file) {
    return new ClaudeConfigForm(kind, file.entry().name(), text, ends, hash(file.content()), error);
  }

  /// The same, with what is wrong.
  ClaudeConfigForm refused(ApiException refusal) {
    return new ClaudeConfigForm(kind, name, text, ends, was, refusal.detail());
  }

  private static String hash(String content) {
    try {
      var bytes = content.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
