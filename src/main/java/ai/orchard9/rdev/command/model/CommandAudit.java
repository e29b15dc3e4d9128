package ai.orchard9.rdev.command.model;

import ai.orchard9.rdev.audit.AuditLog;

/// The parts of statements that take down, for the audit log, what they do to the rows `changed`.
/// One statement each: a change without its entry, or an entry without its change, cannot be.
public interface CommandAudit {
  /// The text as it will run, and all that was sent beside stdin and the values of env.
  String SUBMITTED =
      AuditLog.RECORD
          + """
          SELECT changed.key_id, changed.key_name,
            CASE WHEN changed.key_id IS NULL THEN 'admin_key' ELSE 'key' END,
            asked.client_address, changed.request_id, changed.project, 'command.submitted',
            changed.id, 'allowed', json_build_object('type', changed.type,
              'priority', changed.priority, 'request', changed.request,
              'metadata', changed.metadata)::text
          FROM changed JOIN asked ON asked.id = changed.id
          """
          + AuditLog.RECORDED;

  /// By which server, and where.
  String STARTED =
      AuditLog.RECORD
          + """
          SELECT key_id, key_name, 'system', NULL, request_id, project, 'command.started', id,
            'allowed', json_build_object('type', type, 'attempt', attempt, 'server', owner,
              'pod_name', pod_name)::text
          FROM changed
          """
          + AuditLog.RECORDED;

  /// How it ended, whoever ended it.
  String FINISHED =
      AuditLog.RECORD
          + """
          SELECT key_id, key_name, 'system', NULL, request_id, project, 'command.finished', id,
            CASE status WHEN 'failed' THEN 'failed' ELSE 'allowed' END,
            json_build_object('type', type, 'status', status, 'exit_code', exit_code,
              'signal', signal, 'error', error_code)::text
          FROM changed
          """
          + AuditLog.RECORDED;

  /// Who asked for its end. A running command finishes later.
  String CANCELLED =
      AuditLog.RECORD
          + """
          SELECT :keyId::uuid, :keyName, :kind, :clientAddress, :requestId, project,
            'command.cancelled', id, 'allowed', json_build_object('type', type,
              'was', CASE status WHEN 'running' THEN 'running' ELSE 'pending' END)::text
          FROM changed
          """
          + AuditLog.RECORDED;

  /// Who gave it another place in the line, and from which priority to which.
  String PRIORITIZED =
      AuditLog.RECORD
          + """
          SELECT :keyId::uuid, :keyName, :kind, :clientAddress, :requestId, project,
            'command.prioritized', id, 'allowed', json_build_object('type', type,
              'from', was.priority, 'to', changed.priority)::text
          FROM changed JOIN was ON was.command_id = changed.id
          """
          + AuditLog.RECORDED;
}
