package ai.orchard9.rdev.command.queue;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A command as it is submitted, in the form of its row. Public only because JDBI reads it by
/// reflection.
///
/// @param request JSON as sent, without stdin and the values of env
/// @param startWithinSeconds null: it waits for as long as it takes
/// @param keyId null: `RDEV_ADMIN_KEY`
/// @param traceparent where in its trace it was submitted; null: in none
/// @param marker random text that ends its output in the spool
/// @param environment JSON
/// @param idempotency null: without
/// @param agent null: no agent runs
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
public record NewCommand(
    String id,
    String project,
    String type,
    String priority,
    String metadata,
    String request,
    int timeoutSeconds,
    @Nullable Integer startWithinSeconds,
    @Nullable UUID keyId,
    String keyName,
    String requestId,
    String clientAddress,
    @Nullable String traceparent,
    String marker,
    byte @Nullable [] stdin,
    String environment,
    @Nullable Idempotency idempotency,
    @Nullable Agent agent) {
  private static final UUID ADMIN_KEY = new UUID(0, 0);
  private static final int ROW_BYTES = 500;

  /// The client's own name of this request.
  ///
  /// @param key 1–255 printable characters
  /// @param fingerprint of method, path and canonical body, SHA-256 in hex
  public record Idempotency(String key, String fingerprint) {}

  /// What concerns a run of an agent.
  ///
  /// @param sessionId the conversation that it goes on with; null: a new one
  /// @param budget JSON
  public record Agent(@Nullable String sessionId, String budget) {}

  /// The conversation that it goes on with; null: none that is known.
  @Nullable String sessionId() {
    return agent == null ? null : agent.sessionId();
  }

  /// Whether there is anything that only the command itself may read.
  public boolean hasInputs() {
    return stdin != null || !environment.equals("{}");
  }

  /// Whose idempotency keys it shares.
  UUID owner() {
    return keyId == null ? ADMIN_KEY : keyId;
  }

  /// About how many bytes it takes to write.
  int weight() {
    return ROW_BYTES
        + request.length()
        + metadata.length()
        + environment.length()
        + (stdin == null ? 0 : stdin.length);
  }
}
