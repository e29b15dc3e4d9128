--liquibase formatted sql

--changeset rdev:0003-output-chunks
CREATE TABLE output_chunks (
  day date NOT NULL,
  command_id text NOT NULL,
  first_event_id bigint NOT NULL CHECK (first_event_id >= 1),
  last_event_id bigint NOT NULL,
  stream smallint NOT NULL CHECK (stream IN (1, 2, 3)),
  stream_offset bigint NOT NULL CHECK (stream_offset >= 0),
  total_offset bigint NOT NULL CHECK (total_offset >= 0),
  format smallint NOT NULL DEFAULT 1,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  bytes bytea NOT NULL,
  PRIMARY KEY (command_id, first_event_id, day),
  CHECK (last_event_id >= first_event_id),
  CHECK (octet_length(bytes) BETWEEN 1 AND 65536)
) PARTITION BY RANGE (day);
-- Output is often binary or compressed already, and pglz costs more than the disk it saves.
ALTER TABLE output_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;
CREATE TABLE output_chunks_default PARTITION OF output_chunks DEFAULT;
COMMENT ON TABLE output_chunks IS 'Output in chunks that end at event borders; events are derived from them';
COMMENT ON COLUMN output_chunks.day IS 'UTC day on which the command was created: its chunks share a partition, dropped whole';
COMMENT ON COLUMN output_chunks.stream IS '1 stdout, 2 stderr, 3 one agent event as JSON (no output; its stream_offset is 0)';
COMMENT ON COLUMN output_chunks.stream_offset IS 'Bytes of the same stream before this chunk';
COMMENT ON COLUMN output_chunks.total_offset IS 'Bytes of both streams before this chunk, in the order recorded';
COMMENT ON COLUMN output_chunks.format IS 'Which rule derives events from bytes';
--rollback DROP TABLE output_chunks;
