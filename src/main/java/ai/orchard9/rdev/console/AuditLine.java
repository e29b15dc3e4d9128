package ai.orchard9.rdev.console;

import ai.orchard9.rdev.audit.AuditRow;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A row of the record. Public only because Thymeleaf reads it.
///
/// @param keyId of who did it; null: a key without a row, or none
/// @param link the page of its target; null: it has none
/// @param detail as JSON
/// @param hash its seal; null: it waits for it
public record AuditLine(
    long id,
    When at,
    String actor,
    String actorKind,
    @Nullable UUID keyId,
    String action,
    @Nullable String target,
    @Nullable String link,
    @Nullable String project,
    String outcome,
    @Nullable String clientAddress,
    @Nullable String requestId,
    String detail,
    @Nullable String previousHash,
    @Nullable String hash) {
  private static final Pattern COMMAND = Pattern.compile("cmd-[0-9a-z]{1,60}");
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  static AuditLine of(AuditRow row) {
    return new AuditLine(
        row.id(),
        When.of(row.at()),
        row.actorKeyName(),
        row.actorKind(),
        row.actorKeyId(),
        row.action(),
        row.target(),
        row.target() == null ? null : link(row.action(), row.target()),
        row.project(),
        row.outcome(),
        row.clientIp(),
        row.requestId(),
        Pretty.json(row.detail()),
        row.previousHash(),
        row.hash());
  }

  private static @Nullable String link(String action, String target) {
    var noun = action.substring(0, action.indexOf('.'));
    return switch (noun) {
      case "command" -> COMMAND.matcher(target).matches() ? "/console/commands/" + target : null;
      case "key" -> UUID_TEXT.matcher(target).matches() ? "/console/keys/" + target : null;
      case "webhook" -> UUID_TEXT.matcher(target).matches() ? "/console/webhooks/" + target : null;
      default -> null;
    };
  }
}
