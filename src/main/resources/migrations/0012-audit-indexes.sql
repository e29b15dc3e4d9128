--liquibase formatted sql

--changeset rdev:0012-audit-indexes
-- Each question finds the newest rows of its answer at the end of one index, whatever its times are. What three
-- rows of every command have in common is not worth an index: it is found by time, everywhere.
DROP INDEX audit_log_of_project;
DROP INDEX audit_log_of_action;
DROP INDEX audit_log_of_actor;
DROP INDEX audit_log_of_key;
DROP INDEX audit_log_by_time;
CREATE INDEX audit_log_by_time ON audit_log (at, id);
CREATE INDEX audit_log_of_project ON audit_log (project, at, id) WHERE project IS NOT NULL;
CREATE INDEX audit_log_of_actor ON audit_log (actor_key_name, at, id);
CREATE INDEX audit_log_of_key ON audit_log (actor_key_id, at, id) WHERE actor_key_id IS NOT NULL;
CREATE INDEX audit_log_of_key_elsewhere ON audit_log (actor_key_id, at, id)
  WHERE actor_key_id IS NOT NULL AND project IS NULL;
CREATE INDEX audit_log_of_rare_action ON audit_log (action, at, id)
  WHERE action NOT IN ('command.submitted', 'command.started', 'command.finished');
CREATE INDEX audit_log_of_rare_outcome ON audit_log (outcome, at, id) WHERE outcome <> 'allowed';
CREATE INDEX audit_log_of_rare_kind ON audit_log (actor_kind, at, id) WHERE actor_kind NOT IN ('key', 'system');
--rollback DROP INDEX audit_log_by_time;
--rollback DROP INDEX audit_log_of_project;
--rollback DROP INDEX audit_log_of_actor;
--rollback DROP INDEX audit_log_of_key;
--rollback DROP INDEX audit_log_of_key_elsewhere;
--rollback DROP INDEX audit_log_of_rare_action;
--rollback DROP INDEX audit_log_of_rare_outcome;
--rollback DROP INDEX audit_log_of_rare_kind;
--rollback CREATE INDEX audit_log_of_project ON audit_log (project, id);
--rollback CREATE INDEX audit_log_of_action ON audit_log (action, id);
--rollback CREATE INDEX audit_log_of_actor ON audit_log (actor_key_name, id);
--rollback CREATE INDEX audit_log_of_key ON audit_log (actor_key_id, id);
--rollback CREATE INDEX audit_log_by_time ON audit_log USING brin (at) WITH (autosummarize);
