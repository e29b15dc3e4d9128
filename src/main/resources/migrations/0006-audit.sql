--liquibase formatted sql

--changeset rdev:0006-audit-log
CREATE TABLE audit_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  actor_key_id uuid,
  actor_key_name text NOT NULL,
  actor_kind text NOT NULL CHECK (actor_kind IN ('key', 'admin_key', 'operator', 'command_line', 'system')),
  client_ip text,
  request_id text,
  project text,
  action text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
  target text,
  outcome text NOT NULL CHECK (outcome IN ('allowed', 'denied', 'failed')),
  detail text NOT NULL CHECK (json_typeof(detail::json) = 'object')
);
COMMENT ON TABLE audit_log IS 'Who did what. Rows are never changed; each is sealed within 2 s of its commit.';
COMMENT ON COLUMN audit_log.actor_key_id IS 'null: a key without a row, or no key';
COMMENT ON COLUMN audit_log.detail IS 'A JSON object, kept as text: its seal is over these bytes';
CREATE INDEX audit_log_of_project ON audit_log (project, id);
CREATE INDEX audit_log_of_action ON audit_log (action, id);
CREATE INDEX audit_log_of_actor ON audit_log (actor_key_name, id);
CREATE INDEX audit_log_of_key ON audit_log (actor_key_id, id);
CREATE INDEX audit_log_by_time ON audit_log USING brin (at) WITH (autosummarize);
--rollback DROP TABLE audit_log;

--changeset rdev:0006-audit-unsealed
CREATE TABLE audit_unsealed (
  audit_id bigint PRIMARY KEY
);
COMMENT ON TABLE audit_unsealed IS 'Rows of audit_log that wait for their seal. A row that is neither here nor sealed was put in by hand.';
--rollback DROP TABLE audit_unsealed;

--changeset rdev:0006-audit-seal
CREATE TABLE audit_seal (
  position bigint PRIMARY KEY CHECK (position >= 1),
  audit_id bigint NOT NULL UNIQUE,
  previous_hash text NOT NULL,
  hash text NOT NULL,
  keyed boolean NOT NULL
);
COMMENT ON TABLE audit_seal IS 'The chain over audit_log, in the order of sealing, without holes; docs/audit.md has the bytes';
COMMENT ON COLUMN audit_seal.previous_hash IS 'The hash at the position before; 64 zeros at the first';
COMMENT ON COLUMN audit_seal.hash IS 'SHA-256 (HMAC where a key is configured) over previous_hash and the row, hex';
COMMENT ON COLUMN audit_seal.keyed IS 'Whether it was made with AUDIT_HMAC_KEY; never false again after the first true';
--rollback DROP TABLE audit_seal;

--changeset rdev:0006-audit-is-append-only splitStatements:false
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: the audit log is append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seal
  FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
--rollback DROP TRIGGER append_only ON audit_log;
--rollback DROP TRIGGER append_only_whole ON audit_log;
--rollback DROP TRIGGER append_only ON audit_seal;
--rollback DROP TRIGGER append_only_whole ON audit_seal;
--rollback DROP FUNCTION audit_is_append_only();
