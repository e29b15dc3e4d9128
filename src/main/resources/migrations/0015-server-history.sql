--liquibase formatted sql

--changeset rdev:0015-server-minutes
CREATE TABLE server_minutes (
  minute timestamptz NOT NULL CHECK (extract(epoch FROM minute) % 60 = 0),
  server text NOT NULL CHECK (length(server) BETWEEN 1 AND 255),
  streams integer NOT NULL CHECK (streams >= 0),
  breaker text NOT NULL CHECK (breaker IN ('closed', 'half_open', 'open')),
  PRIMARY KEY (minute, server)
);
COMMENT ON TABLE server_minutes IS 'What each server saw of itself in each minute. No row: it was not there. Kept for 7 days';
COMMENT ON COLUMN server_minutes.minute IS 'Its begin';
COMMENT ON COLUMN server_minutes.server IS 'Id of the server process';
COMMENT ON COLUMN server_minutes.streams IS 'The most that were open at one look';
COMMENT ON COLUMN server_minutes.breaker IS 'The worst state at one look: open, half_open, closed';
--rollback DROP TABLE server_minutes;
