package ai.orchard9.rdev.apikey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// `rdev_sk_<8 hex>_<32 random Base62><checksum>`; the checksum is the IEEE CRC-32 of the ASCII
/// before it, in Base62, six digits: a mistyped key is refused with no look-up (contract section
/// 3).
final class KeyFormat {
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final Pattern FORM = Pattern.compile("rdev_sk_[0-9a-f]{8}_[0-9A-Za-z]{38}");
  private static final int CHECKSUM_LENGTH = 6;
  private static final int PREFIX_AT = "rdev_sk_".length();
  private static final SecureRandom RANDOM = new SecureRandom();

  private KeyFormat() {}

  static String random() {
    var prefix = new byte[4];
    RANDOM.nextBytes(prefix);
    var text = new StringBuilder("rdev_sk_").append(HexFormat.of().formatHex(prefix)).append('_');
    for (int i = 0; i < 32; i++) {
      text.append(DIGITS.charAt(RANDOM.nextInt(DIGITS.length())));
    }
    return text.append(checksum(text.toString())).toString();
  }

  static boolean isWellFormed(String key) {
    if (!FORM.matcher(key).matches()) {
      return false;
    }
    var end = key.length() - CHECKSUM_LENGTH;
    return checksum(key.substring(0, end)).equals(key.substring(end));
  }

  /// The 8 characters that tell keys apart.
  static String prefix(String key) {
    return key.substring(PREFIX_AT, PREFIX_AT + 8);
  }

  /// As stored.
  static String hash(String key) {
    return HexFormat.of().formatHex(digest(key));
  }

  static byte[] digest(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String checksum(String text) {
    var crc = new CRC32();
    crc.update(text.getBytes(US_ASCII));
    var digits = new char[CHECKSUM_LENGTH];
    long rest = crc.getValue();
    for (int i = CHECKSUM_LENGTH - 1; i >= 0; i--) {
      digits[i] = DIGITS.charAt((int) (rest % DIGITS.length()));
      rest /= DIGITS.length();
    }
    return new String(digits);
  }
}
