--liquibase formatted sql

--changeset rdev:0007-keys
ALTER TABLE api_keys
  ADD COLUMN command_types text[]
    CHECK (command_types <@ ARRAY['shell', 'git', 'claude'] AND cardinality(command_types) > 0),
  ADD COLUMN rate_limit_rps integer CHECK (rate_limit_rps BETWEEN 1 AND 10000),
  ADD COLUMN max_turns integer CHECK (max_turns >= 1),
  ADD COLUMN max_tokens bigint CHECK (max_tokens >= 1),
  ADD COLUMN max_cost_usd double precision CHECK (max_cost_usd > 0),
  ADD COLUMN deprecated_at timestamptz,
  ADD COLUMN replaced_by uuid,
  ADD CONSTRAINT api_keys_replaced CHECK ((deprecated_at IS NULL) = (replaced_by IS NULL));
COMMENT ON COLUMN api_keys.command_types IS 'null: every type';
COMMENT ON COLUMN api_keys.rate_limit_rps IS 'Requests a second; null: as many as any key without a limit of its own';
COMMENT ON COLUMN api_keys.max_turns IS 'Budget of each claude run, as max_tokens and max_cost_usd are; null: none';
COMMENT ON COLUMN api_keys.deprecated_at IS 'When another key took its place; it works until expires_at, which was then moved';
COMMENT ON COLUMN api_keys.replaced_by IS 'The key that took its place';
COMMENT ON COLUMN api_keys.last_used_at IS 'Written every few seconds';
COMMENT ON COLUMN api_keys.created_by IS 'Id of the key that made it, or admin_key, command_line, first start';
CREATE INDEX api_keys_newest ON api_keys (created_at DESC, id DESC);
--rollback DROP INDEX api_keys_newest;
--rollback ALTER TABLE api_keys DROP COLUMN command_types, DROP COLUMN rate_limit_rps, DROP COLUMN max_turns, DROP COLUMN max_tokens, DROP COLUMN max_cost_usd, DROP COLUMN deprecated_at, DROP COLUMN replaced_by;
