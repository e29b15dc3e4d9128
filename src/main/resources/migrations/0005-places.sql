--liquibase formatted sql

--changeset rdev:0005-places
ALTER TABLE commands ADD COLUMN place jsonb;
COMMENT ON COLUMN commands.place IS 'Where it runs: {project, container: {pod, podUid, name, id}, baseDirectory}; whoever takes it over goes there';
--rollback ALTER TABLE commands DROP COLUMN place;
