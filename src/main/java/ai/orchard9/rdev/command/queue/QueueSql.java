package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.model.CommandAudit;
import ai.orchard9.rdev.command.model.CommandSql;

/// What the queue's statements have in common.
interface QueueSql {
  /// How long an owner may be silent, in seconds. It renews every 3 s, so it may miss two.
  int LEASE_SECONDS = 10;

  /// What [ClaimMapper] reads beside the command.
  String CLAIMED =
      """
       token, marker, traceparent, place, instance, acknowledged, kill_reason, kill_grace_seconds,
      agent_budget,
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

  /// Ends a statement whose first part names the waiting commands that it takes out of the line
  /// `gone`: cancels and returns them.
  String CANCEL_GONE =
      """
      , changed AS (
        UPDATE commands SET status = 'cancelled', finished_at = clock_timestamp(),
          kill_reason = 'cancel', kill_requested_at = clock_timestamp()
        FROM gone WHERE id = gone.command_id AND status = 'pending'
        RETURNING commands.*
      ), erased AS (
        DELETE FROM command_inputs WHERE command_id IN (SELECT id FROM changed)
      )\
      """
          + CommandAudit.CANCELLED
          + CommandSql.TOLD
          + CommandSql.RETURNED;
}
