--liquibase formatted sql

--changeset rdev:0016-console-sessions
CREATE TABLE console_sessions (
  token_hash text PRIMARY KEY CHECK (token_hash ~ '^[0-9a-f]{64}$'),
  key_hash text NOT NULL CHECK (key_hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX console_sessions_key ON console_sessions (key_hash, created_at);
CREATE INDEX console_sessions_expiry ON console_sessions (expires_at);
COMMENT ON TABLE console_sessions IS 'Who is logged in to the console; a row holds on every server, and is deleted to end it';
COMMENT ON COLUMN console_sessions.token_hash IS 'SHA-256 of the token in the cookie, in hex';
COMMENT ON COLUMN console_sessions.key_hash IS 'SHA-256 of the key that logged in, in hex, as in api_keys.key_hash: the session ends with the key';
--rollback DROP TABLE console_sessions;
