--liquibase formatted sql

--changeset rdev:0013-cancelled-commands
-- Whoever cancels a command leaves a reason, and nobody else does: the cancelled ones are found by it, for an index
-- of the status would be written with every change of it.
UPDATE commands SET kill_reason = 'cancel', kill_requested_at = finished_at
WHERE status = 'cancelled' AND kill_reason IS NULL;
CREATE INDEX commands_cancelled ON commands (created_at DESC, id DESC) WHERE kill_reason IS NOT NULL;
COMMENT ON COLUMN commands.kill_reason IS 'Somebody wanted its end: cancel. Every cancelled command has one';
--rollback DROP INDEX commands_cancelled;

--changeset rdev:0013-idempotency-keys
-- Rows leave as fast as they come.
ALTER TABLE idempotency_keys SET (autovacuum_vacuum_scale_factor = 0.05);
--rollback ALTER TABLE idempotency_keys RESET (autovacuum_vacuum_scale_factor);
