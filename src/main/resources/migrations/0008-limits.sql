--liquibase formatted sql

--changeset rdev:0008-rate-counts
CREATE UNLOGGED TABLE rate_counts (
  server uuid NOT NULL,
  key uuid NOT NULL,
  newest bigint NOT NULL,
  ages integer[] NOT NULL,
  counts integer[] NOT NULL CHECK (cardinality(counts) = cardinality(ages)),
  rate double precision NOT NULL CHECK (rate >= 0),
  told_at timestamptz NOT NULL,
  PRIMARY KEY (server, key)
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.2, autovacuum_vacuum_cost_delay = 0);
COMMENT ON TABLE rate_counts IS 'What each server has accepted of each key in the last window. Unlogged: it is worth nothing a window later, is written five times a second, and each server has its own part in memory';
COMMENT ON COLUMN rate_counts.server IS 'A random id of each life of a server';
COMMENT ON COLUMN rate_counts.key IS 'api_keys.id; all zeros for RDEV_ADMIN_KEY';
COMMENT ON COLUMN rate_counts.newest IS 'When the last request was accepted, in microseconds of the epoch by this database''s clock';
COMMENT ON COLUMN rate_counts.ages IS 'Milliseconds before newest, oldest first: the last request of each entry';
COMMENT ON COLUMN rate_counts.counts IS 'Requests of each entry';
COMMENT ON COLUMN rate_counts.rate IS 'Requests a second accepted lately';
--rollback DROP TABLE rate_counts;

--changeset rdev:0008-limit-overrides
CREATE TABLE limit_overrides (
  name text NOT NULL CHECK (name ~ '^[a-z_]+$'),
  key_prefix text CHECK (key_prefix <> ''),
  value text NOT NULL CHECK (value <> ''),
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  until timestamptz
);
CREATE UNIQUE INDEX limit_overrides_once ON limit_overrides (name, coalesce(key_prefix, ''));
COMMENT ON TABLE limit_overrides IS 'Limits that operators have moved; each wins over the configuration of every server';
COMMENT ON COLUMN limit_overrides.key_prefix IS 'null: not for one key';
COMMENT ON COLUMN limit_overrides.value IS 'As it is set: 20, 30s';
COMMENT ON COLUMN limit_overrides.until IS 'null: until it is reset';
--rollback DROP TABLE limit_overrides;
