package ai.orchard9.rdev.command.model;

import ai.orchard9.rdev.command.life.ProjectEvents;

/// What statements on `commands` have in common.
public interface CommandSql {

  /// What [CommandMapper] reads.
  String COLUMNS =
      """
      id, project, type, status, priority, metadata, request, timeout_seconds, key_id, key_name,
      request_id, trace_id, created_at, started_at, finished_at, exit_code, signal, error_code,
      error_message, stdout_bytes, stderr_bytes, stdout_sha256, stderr_sha256, last_event_id,
      background, kill_receipt, pod_name, attempt, adoptions, agent
      """;

  /// The part of a statement that records, for others to read, what happened to the rows `changed`.
  String TOLD = ", told AS (" + ProjectEvents.RECORD + "changed) ";

  /// Ends a statement whose first part names the rows that it changes `changed`: returns them.
  String RETURNED = "SELECT " + COLUMNS + " FROM changed";
}
