package ai.orchard9.rdev.webhook.send;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Makes the secrets that webhooks are signed with, and keeps them from those who read the
/// database: sealed with AES-256-GCM under keys from the configuration, or plain when there is
/// none.
///
/// What is stored is either the secret itself (`whsec_…`) or `sealed.v1.<key id>.<base64url>`: the
/// key id is the first 4 bytes of SHA-256 over the key, in hex, the rest a random 96-bit nonce
/// (NIST SP 800-38D section 8.2.2: good for 2³² seals by one key), ciphertext and a 128-bit tag.
/// The owner is authenticated too: a value moved to another row does not open.
public final class Secrets {

  /// How a secret begins, by Standard Webhooks 1.0.0.
  public static final String PREFIX = "whsec_";

  /// What [#parse] takes, in words.
  public static final String KEYS =
      "32 bytes in base64, as `openssl rand -base64 32` prints; more of them after commas open what"
          + " they sealed";

  private static final String SEALED = "sealed.v1.";
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int SECRET_BYTES = 32;
  private static final int KEY_BYTES = 32;
  private static final int KEY_ID_BYTES = 4;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final List<Key> keys;

  private Secrets(List<Key> keys) {
    this.keys = List.copyOf(keys);
  }

  /// Stores secrets as they are; for one machine and for trying it out.
  public static Secrets plain() {
    return new Secrets(List.of());
  }

  /// Seals with the first key and opens with each, so that a key can be changed: put the new one in
  /// front, drop the old one when nothing is sealed with it any more.
  ///
  /// @param text [#KEYS]; blank: [#plain]
  /// @throws IllegalArgumentException it has another form; the message does not show it
  public static Secrets parse(String text) {
    return new Secrets(
        Stream.of(text.split(",", -1))
            .map(String::strip)
            .filter(key -> !text.isBlank())
            .map(Key::parse)
            .toList());
  }

  /// Whether secrets are stored as they are.
  public boolean isPlain() {
    return keys.isEmpty();
  }

  /// A new one: `whsec_` and 32 random bytes in base64.
  public static String generate() {
    var bytes = new byte[SECRET_BYTES];
    RANDOM.nextBytes(bytes);
    return PREFIX + Base64.getEncoder().encodeToString(bytes);
  }

  /// What to store of a secret.
  ///
  /// @param owner whose secret it is, as the webhook's id; opens for nobody else
  public String seal(String secret, String owner) {
    if (keys.isEmpty()) {
      return secret;
    }
    var nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    var key = keys.getFirst();
    try {
      var sealed = key.cipher(Cipher.ENCRYPT_MODE, nonce, owner).doFinal(secret.getBytes(UTF_8));
      var all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
      System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
      return SEALED + key.id + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JVM has " + CIPHER, impossible);
    }
  }

  /// The secret in what was stored. What was stored plain opens under any keys, so that a key can
  /// be set later.
  ///
  /// @throws SealException it was sealed with another key, for another owner, or changed
  public String open(String stored, String owner) {
    if (!stored.startsWith(SEALED)) {
      if (stored.startsWith(PREFIX)) {
        return stored;
      }
      throw new SealException("the stored secret has an unknown form");
    }
    var dot = stored.indexOf('.', SEALED.length());
    var id = dot < 0 ? "" : stored.substring(SEALED.length(), dot);
    var key =
        keys.stream()
            .filter(one -> one.id.equals(id))
            .findFirst()
            .orElseThrow(
                () -> new SealException("the stored secret is sealed with a key that is not set"));
    return key.open(stored.substring(dot + 1), owner);
  }

  /// Whether what is stored was not sealed with the first key, and should be sealed again.
  public boolean isStale(String stored) {
    return !keys.isEmpty() && !stored.startsWith(SEALED + keys.getFirst().id + ".");
  }

  /// The bytes that a secret signs with.
  ///
  /// @throws IllegalArgumentException it does not read `whsec_` and base64
  static byte[] bytes(String secret) {
    if (!secret.startsWith(PREFIX)) {
      throw new IllegalArgumentException("a secret begins with " + PREFIX);
    }
    return Base64.getDecoder().decode(secret.substring(PREFIX.length()));
  }

  /// Never shows keys.
  @Override
  public String toString() {
    return "Secrets[" + keys.size() + " keys]";
  }

  /// A stored secret that cannot be opened. The message names neither secret nor key.
  @SuppressWarnings("serial") // Never serialized.
  public static final class SealException extends RuntimeException {
    SealException(String message) {
      super(message);
    }
  }

  private record Key(String id, SecretKeySpec key) {

    static Key parse(String text) {
      var bytes = decode(text);
      if (bytes.length != KEY_BYTES) {
        throw new IllegalArgumentException("must be " + KEYS);
      }
      return new Key(fingerprint(bytes), new SecretKeySpec(bytes, "AES"));
    }

    private static byte[] decode(String text) {
      try {
        return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
      } catch (IllegalArgumentException malformed) {
        return new byte[0];
      }
    }

    private static String fingerprint(byte[] bytes) {
      try {
        var hash = MessageDigest.getInstance("SHA-256").digest(bytes);
        return HexFormat.of().formatHex(hash, 0, KEY_ID_BYTES);
      } catch (GeneralSecurityException impossible) {
        throw new IllegalStateException("every JVM has SHA-256", impossible);
      }
    }

    Cipher cipher(int mode, byte[] nonce, String owner) throws GeneralSecurityException {
      var cipher = Cipher.getInstance(CIPHER);
      cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
      cipher.updateAAD((SEALED + id + "." + owner).getBytes(UTF_8));
      return cipher;
    }

    String open(String text, String owner) {
      try {
        var all = Base64.getUrlDecoder().decode(text);
        var nonce = Arrays.copyOf(all, NONCE_BYTES);
        var cipher = cipher(Cipher.DECRYPT_MODE, nonce, owner);
        return new String(
            cipher.doFinal(all, NONCE_BYTES, Math.max(0, all.length - NONCE_BYTES)), UTF_8);
      } catch (AEADBadTagException | IllegalArgumentException changed) {
        throw new SealException("the stored secret was changed, or is another webhook's");
      } catch (GeneralSecurityException impossible) {
        throw new IllegalStateException("every JVM has " + CIPHER, impossible);
      }
    }
  }
}
