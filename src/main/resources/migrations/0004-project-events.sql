--liquibase formatted sql

--changeset rdev:0004-project-events
CREATE TABLE project_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project text NOT NULL,
  position bigint,
  command_id text NOT NULL,
  type text NOT NULL,
  status text NOT NULL,
  exit_code integer,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  UNIQUE (project, position)
);
CREATE INDEX project_events_unnumbered ON project_events (id) WHERE position IS NULL;
COMMENT ON TABLE project_events IS 'The life of a project: each change of a command''s status';
COMMENT ON COLUMN project_events.position IS 'Event id inside the project, given by the one sequencer after the commit (commit order is not id order)';
--rollback DROP TABLE project_events;
