--liquibase formatted sql

--changeset rdev:0019-agents
-- No index has the status in it, in its condition neither: every change of a status would be written to it.
ALTER TABLE commands ADD COLUMN session_id text, ADD COLUMN agent jsonb, ADD COLUMN agent_budget jsonb;
COMMENT ON COLUMN commands.session_id IS 'Of claude: the conversation that it belongs to; as asked for, then as the run itself says';
COMMENT ON COLUMN commands.agent IS 'Of claude: what the run has told of itself {session_id, turns, input_tokens, output_tokens, cost_usd, result}; null: nothing yet';
COMMENT ON COLUMN commands.agent_budget IS 'Of claude: what the request and its key allow {maxTurns, maxTokens, maxCostUsd}; null: not limited';
CREATE INDEX commands_of_session ON commands (project, session_id, created_at DESC, id DESC)
  WHERE session_id IS NOT NULL;
CREATE INDEX commands_with_session ON commands (project, created_at DESC, id DESC) WHERE session_id IS NOT NULL;
--rollback DROP INDEX commands_of_session;
--rollback DROP INDEX commands_with_session;
--rollback ALTER TABLE commands DROP COLUMN session_id, DROP COLUMN agent, DROP COLUMN agent_budget;
