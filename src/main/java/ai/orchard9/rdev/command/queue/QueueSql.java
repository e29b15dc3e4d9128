package ai.orchard9.rdev.command.queue;

/// What the queue's statements have in common.
interface QueueSql {
  /// How long an owner may be silent, in seconds. It renews every 3 s, so it may miss two.
  int LEASE_SECONDS = 10;

  /// What [ClaimMapper] reads beside the command.
  String CLAIMED =
      """
       token, marker, traceparent, place, instance, acknowledged, kill_reason, kill_grace_seconds,
      (extract(epoch FROM started_at + timeout_seconds * interval '1 second' - clock_timestamp())
        * 1000)::bigint AS remaining_ms,
      """;

  /// The place in the line of a row with `created_at` and `priority`: each step of priority counts
  /// as much as `:agingSeconds` of waiting, so nothing waits for ever.
  String DUE =
      """
      created_at - (array_position(ARRAY['low', 'normal', 'high', 'urgent'], priority) - 1)
        * :agingSeconds * interval '1 second'
      """;
}
