--liquibase formatted sql

--changeset rdev:0002-commands
CREATE TABLE commands (
  id text PRIMARY KEY CHECK (id ~ '^cmd-[0-9a-z]+$'),
  project text NOT NULL,
  type text NOT NULL CHECK (type IN ('shell', 'git', 'claude')),
  status text NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
  priority text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
  metadata jsonb NOT NULL,
  request jsonb NOT NULL,
  timeout_seconds integer NOT NULL CHECK (timeout_seconds BETWEEN 1 AND 86400),
  start_before timestamptz,
  key_id uuid,
  key_name text NOT NULL,
  request_id text NOT NULL,
  trace_id text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  finished_at timestamptz,
  exit_code integer,
  signal text,
  error_code text,
  error_message text,
  stdout_bytes bigint NOT NULL DEFAULT 0,
  stderr_bytes bigint NOT NULL DEFAULT 0,
  stdout_sha256 text,
  stderr_sha256 text,
  last_event_id bigint NOT NULL DEFAULT 0,
  background integer,
  kill_receipt jsonb,
  pod_name text,
  attempt integer NOT NULL DEFAULT 1,
  adoptions integer NOT NULL DEFAULT 0,
  owner text,
  token bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  instance text,
  marker text,
  acknowledged boolean NOT NULL DEFAULT false,
  kill_reason text,
  kill_grace_seconds integer,
  kill_requested_at timestamptz,
  CHECK ((status = 'pending') = (started_at IS NULL) OR finished_at IS NOT NULL),
  CHECK ((status IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
  CHECK (status <> 'running' OR (owner IS NOT NULL AND lease_until IS NOT NULL)),
  CHECK (status <> 'completed' OR error_code IS NULL),
  CHECK (status <> 'failed' OR error_code IS NOT NULL)
) WITH (fillfactor = 70);
COMMENT ON TABLE commands IS 'What was asked, who executes it, and what became of it.';
COMMENT ON COLUMN commands.request IS 'As sent, without stdin and the values of env: {command|args|prompt, …, workdir, env: [names]}';
COMMENT ON COLUMN commands.start_before IS 'Not started by then: failed with QUEUE_TIMEOUT';
COMMENT ON COLUMN commands.last_event_id IS 'Newest event recorded; output events count 1, 2, 3 …; complete is the last';
COMMENT ON COLUMN commands.owner IS 'Id of the server process that executes it';
COMMENT ON COLUMN commands.token IS 'Fencing: rises with each claim and take-over; every write of an owner names its own';
COMMENT ON COLUMN commands.lease_until IS 'By the clock of the database; past it any server may take over';
COMMENT ON COLUMN commands.instance IS 'Random id of the spool that the start was sent to; null: no start was sent';
COMMENT ON COLUMN commands.acknowledged IS 'The spool said that it started: it must never be started again';
CREATE INDEX commands_pending ON commands (created_at, id) WHERE status = 'pending';
CREATE INDEX commands_running ON commands (project) WHERE status = 'running';
CREATE INDEX commands_owned ON commands (owner) WHERE status = 'running';
CREATE INDEX commands_newest ON commands (created_at DESC, id DESC);
CREATE INDEX commands_of_project ON commands (project, created_at DESC, id DESC);
--rollback DROP TABLE commands;

--changeset rdev:0002-command-inputs
CREATE TABLE command_inputs (
  command_id text PRIMARY KEY REFERENCES commands (id) ON DELETE CASCADE,
  stdin bytea,
  environment jsonb NOT NULL
);
COMMENT ON TABLE command_inputs IS 'stdin and values of env, kept only until the command has started';
--rollback DROP TABLE command_inputs;

--changeset rdev:0002-slots
CREATE TABLE slots (
  project text NOT NULL,
  number integer NOT NULL CHECK (number >= 1),
  command_id text REFERENCES commands (id) ON DELETE SET NULL,
  PRIMARY KEY (project, number)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX slots_of_command ON slots (command_id) WHERE command_id IS NOT NULL;
COMMENT ON TABLE slots IS 'One row per project and allowed running command: SKIP LOCKED alone does not keep a limit';
--rollback DROP TABLE slots;
