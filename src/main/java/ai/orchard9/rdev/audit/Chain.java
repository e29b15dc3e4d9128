package ai.orchard9.rdev.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.config.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Computes seals: each is a hash over the one before and all of a row. The bytes are fixed in
/// docs/audit.md: each field as its length in bytes, a colon, the bytes and a comma (a netstring),
/// an absent one as `-,`. So no two rows have the same bytes.
final class Chain {
  /// What the first seal stands on.
  static final String BEGINNING = "0".repeat(64);

  private static final String VERSION = "rdev-audit-1";
  private static final String MAC = "HmacSHA256";

  private final Optional<SecretKeySpec> key;

  /// @param key who does not know it cannot make seals (`AUDIT_HMAC_KEY`)
  Chain(Optional<Secret<String>> key) {
    this.key = key.map(it -> new SecretKeySpec(it.value().getBytes(UTF_8), MAC));
  }

  /// Whether seals are made with a key.
  boolean isKeyed() {
    return key.isPresent();
  }

  /// The seal of a row, made with the key where there is one, and where it was then.
  ///
  /// @param keyed whether the row was sealed with a key
  String seal(String previousHash, AuditRow row, boolean keyed) {
    var bytes = bytes(previousHash, row).getBytes(UTF_8);
    return HexFormat.of().formatHex(keyed ? authenticate(bytes) : digest(bytes));
  }

  private byte[] authenticate(byte[] bytes) {
    try {
      var mac = Mac.getInstance(MAC);
      mac.init(key.orElseThrow(() -> new IllegalStateException("there is no key")));
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] digest(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String bytes(String previousHash, AuditRow row) {
    var text = new StringBuilder(row.detail().length() + 512);
    field(text, VERSION);
    field(text, previousHash);
    field(text, Long.toString(row.id()));
    field(text, Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH, row.at())));
    field(text, row.actorKeyId() == null ? null : row.actorKeyId().toString());
    field(text, row.actorKeyName());
    field(text, row.actorKind());
    field(text, row.clientIp());
    field(text, row.requestId());
    field(text, row.project());
    field(text, row.action());
    field(text, row.target());
    field(text, row.outcome());
    field(text, row.detail());
    return text.toString();
  }

  private static void field(StringBuilder text, @Nullable String value) {
    if (value == null) {
      text.append("-,");
    } else {
      text.append(value.getBytes(UTF_8).length).append(':').append(value).append(',');
    }
  }
}
