--liquibase formatted sql

--changeset rdev:0017-servers
CREATE TABLE servers (
  id text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 255),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
  version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL,
  draining boolean NOT NULL,
  streams integer NOT NULL CHECK (streams >= 0),
  numbered_at timestamptz,
  sealed_at timestamptz
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
COMMENT ON TABLE servers IS 'Each server says every second that it lives. A clean stop deletes its row, others do a day later';
COMMENT ON COLUMN servers.id IS 'Id of the server process, as in commands.owner';
COMMENT ON COLUMN servers.name IS 'Its host or pod; two processes on one machine share it';
COMMENT ON COLUMN servers.seen_at IS 'By the clock of the database; older than a lease (10 s): it is taken for dead';
COMMENT ON COLUMN servers.draining IS 'Takes no commands over: nobody counts on it';
COMMENT ON COLUMN servers.numbered_at IS 'When it was this server that numbered committed facts; null: never';
COMMENT ON COLUMN servers.sealed_at IS 'When it was this server that sealed the audit log; null: never';
--rollback DROP TABLE servers;
