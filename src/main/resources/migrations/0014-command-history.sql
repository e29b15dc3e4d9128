--liquibase formatted sql

--changeset rdev:0014-command-minutes
-- Counted once, soon after the minute, so that looking at a day reads 1,440 rows however many commands there were.
-- Which commands a minute has is asked of project_events: its ids rise with its times, so the primary key finds a
-- time by halving, and neither that table nor commands gets an index that every start and end would have to write.
CREATE TABLE command_minutes (
  minute timestamptz PRIMARY KEY CHECK (extract(epoch FROM minute) % 60 = 0),
  completed integer NOT NULL CHECK (completed >= 0),
  failed integer NOT NULL CHECK (failed >= 0),
  cancelled integer NOT NULL CHECK (cancelled >= 0),
  queue_p50_ms bigint CHECK (queue_p50_ms >= 0),
  queue_p95_ms bigint CHECK (queue_p95_ms >= queue_p50_ms),
  run_p50_ms bigint CHECK (run_p50_ms >= 0),
  run_p95_ms bigint CHECK (run_p95_ms >= run_p50_ms),
  pending integer CHECK (pending >= 0),
  running integer CHECK (running >= 0)
);
COMMENT ON TABLE command_minutes IS 'What commands did in each minute. No row: nobody counted. Kept for 7 days';
COMMENT ON COLUMN command_minutes.minute IS 'Its begin';
COMMENT ON COLUMN command_minutes.completed IS 'How many ended so in the minute, as failed and cancelled are';
COMMENT ON COLUMN command_minutes.queue_p50_ms IS 'From submission to start, of those that started in the minute; null: none did';
COMMENT ON COLUMN command_minutes.run_p50_ms IS 'From start to end, of those that ended in the minute and had started; null: none did';
COMMENT ON COLUMN command_minutes.pending IS 'How many waited when the row was written, seconds after the minute; null: it was written later';
COMMENT ON COLUMN command_minutes.running IS 'As pending, of those that ran';
--rollback DROP TABLE command_minutes;
