package ai.orchard9.rdev.ops.docs;

import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;

/// Something that changes with the version only: browsers keep it, and ask whether it is still so.
/// Nothing here is for other origins, or for frames.
final class Sent {
  private Sent() {}

  /// The answer: the bytes, or 304.
  ///
  /// @param policy what a browser may do with it, as `Content-Security-Policy`
  static Response of(byte[] content, String type, String policy, Request request) {
    var tag = new EntityTag(Integer.toHexString(Arrays.hashCode(content)) + "-" + content.length);
    var unchanged = request.evaluatePreconditions(tag);
    var answer = unchanged == null ? Response.ok(content, type) : unchanged;
    return answer
        .tag(tag)
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .header("Content-Security-Policy", policy)
        .header("X-Content-Type-Options", "nosniff")
        .header("X-Frame-Options", "DENY")
        .header("Referrer-Policy", "no-referrer")
        .build();
  }
}
