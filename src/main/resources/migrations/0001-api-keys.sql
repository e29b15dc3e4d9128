--liquibase formatted sql

--changeset rdev:0001-api-keys
CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
  key_prefix text NOT NULL,
  key_hash text NOT NULL UNIQUE,
  scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
  project_ids text[],
  allowed_ips text[],
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_by text NOT NULL
);
COMMENT ON TABLE api_keys IS 'Who may call. The key itself is shown once and never stored.';
COMMENT ON COLUMN api_keys.key_prefix IS 'The 8 hex characters after rdev_sk_, to tell keys apart';
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 of the whole key, hex';
COMMENT ON COLUMN api_keys.project_ids IS 'null: every project';
COMMENT ON COLUMN api_keys.allowed_ips IS 'Addresses or CIDRs; null: from anywhere';
--rollback DROP TABLE api_keys;
