package ai.orchard9.rdev.command.output;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 of both streams, carried on chunk by chunk. Not thread-safe.
public final class OutputHashes {

  private final MessageDigest stdout = sha256();
  private final MessageDigest stderr = sha256();

  /// Adds the next chunk, in the order recorded; agent events do not count.
  public void update(Chunk chunk) {
    switch (chunk.stream()) {
      case STDOUT -> stdout.update(chunk.bytes());
      case STDERR -> stderr.update(chunk.bytes());
      case AGENT -> {}
    }
  }

  /// Hex digest of stdout so far; it can be carried on afterwards.
  public String stdoutHex() {
    return hex(stdout);
  }

  /// Hex digest of stderr so far; it can be carried on afterwards.
  public String stderrHex() {
    return hex(stderr);
  }

  private static String hex(MessageDigest digest) {
    try {
      return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
