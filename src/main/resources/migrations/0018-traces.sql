--liquibase formatted sql

--changeset rdev:0018-traces
ALTER TABLE commands ADD COLUMN traceparent text;
COMMENT ON COLUMN commands.traceparent IS 'Where in its trace the command was submitted, in the form of the header; what becomes of it, on any server, is a child of that';
--rollback ALTER TABLE commands DROP COLUMN traceparent;
