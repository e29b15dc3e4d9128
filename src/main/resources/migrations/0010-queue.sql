--liquibase formatted sql

--changeset rdev:0010-pending-commands
CREATE TABLE pending_commands (
  command_id text PRIMARY KEY REFERENCES commands (id) ON DELETE CASCADE,
  project text NOT NULL,
  priority text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  due timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  start_before timestamptz
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX pending_commands_line ON pending_commands (project, due, command_id);
CREATE INDEX pending_commands_expiring ON pending_commands (start_before) WHERE start_before IS NOT NULL;
COMMENT ON TABLE pending_commands IS 'Exactly the commands whose status is pending. Whoever deletes the row decides what becomes of the command';
COMMENT ON COLUMN pending_commands.due IS 'Place in the line of its project: created_at less what its priority is worth of waiting';
COMMENT ON COLUMN pending_commands.start_before IS 'Not started by then: failed with QUEUE_TIMEOUT';
INSERT INTO pending_commands (command_id, project, priority, due, created_at, start_before)
SELECT id, project, priority, created_at, created_at, start_before FROM commands WHERE status = 'pending';
--rollback DROP TABLE pending_commands;

--changeset rdev:0010-quiet-commands
-- No index mentions what changes while a command waits, starts and completes: its updates stay in their page
-- and leave no index entries behind.
DROP INDEX commands_pending;
DROP INDEX commands_running;
DROP INDEX commands_owned;
CREATE INDEX commands_of_key ON commands (key_id, created_at DESC, id DESC);
CREATE INDEX commands_failed ON commands (created_at DESC, id DESC) WHERE error_code IS NOT NULL;
ALTER TABLE commands SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
--rollback ALTER TABLE commands RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
--rollback DROP INDEX commands_of_key;
--rollback DROP INDEX commands_failed;
--rollback CREATE INDEX commands_pending ON commands (created_at, id) WHERE status = 'pending';
--rollback CREATE INDEX commands_running ON commands (project) WHERE status = 'running';
--rollback CREATE INDEX commands_owned ON commands (owner) WHERE status = 'running';

--changeset rdev:0010-slots
ALTER TABLE slots ADD COLUMN claimed_at timestamptz;
ALTER TABLE slots ADD COLUMN mean_seconds double precision CHECK (mean_seconds >= 0);
ALTER TABLE slots SET (autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0);
COMMENT ON COLUMN slots.claimed_at IS 'When its newest command was claimed: who was served last waits behind the others';
COMMENT ON COLUMN slots.mean_seconds IS 'How long its commands took lately: a moving mean, the newest counts a third';
--rollback ALTER TABLE slots RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay);
--rollback ALTER TABLE slots DROP COLUMN claimed_at, DROP COLUMN mean_seconds;

--changeset rdev:0010-pauses
CREATE TABLE queue_pauses (
  project text PRIMARY KEY,
  paused_by text NOT NULL,
  paused_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE queue_pauses IS 'Where nothing starts for now; an empty project is the whole queue';
--rollback DROP TABLE queue_pauses;

--changeset rdev:0010-idempotency-keys
CREATE TABLE idempotency_keys (
  owner uuid NOT NULL,
  idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
  command_id text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (owner, idempotency_key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
COMMENT ON TABLE idempotency_keys IS 'What was submitted under a key of the client''s own, kept for 24 hours';
COMMENT ON COLUMN idempotency_keys.owner IS 'api_keys.id; all zeros for RDEV_ADMIN_KEY';
COMMENT ON COLUMN idempotency_keys.fingerprint IS 'SHA-256 of method, path and canonical body';
--rollback DROP TABLE idempotency_keys;
