--liquibase formatted sql

--changeset rdev:0011-webhooks
CREATE TABLE webhooks (
  id uuid PRIMARY KEY,
  url text NOT NULL,
  target text NOT NULL,
  events text[] NOT NULL CHECK (cardinality(events) > 0),
  project_ids text[] CHECK (cardinality(project_ids) > 0),
  description text,
  enabled boolean NOT NULL,
  disabled_reason text CHECK (disabled_reason IN ('requested', 'gone', 'failing')),
  disabled_at timestamptz,
  failing_since timestamptz,
  last_sequence bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  deleted_at timestamptz,
  CHECK (enabled = (disabled_reason IS NULL) AND enabled = (disabled_at IS NULL))
) WITH (fillfactor = 50);
CREATE INDEX webhooks_list ON webhooks (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX webhooks_disabled ON webhooks (id) WHERE NOT enabled;
COMMENT ON TABLE webhooks IS 'Who is told of what. A deleted one stays, without its secrets, while its deliveries are kept';
COMMENT ON COLUMN webhooks.url IS 'As it was given';
COMMENT ON COLUMN webhooks.target IS 'The same as it is dialled, checked again each time';
COMMENT ON COLUMN webhooks.project_ids IS 'Only what happens in these; null: in all';
COMMENT ON COLUMN webhooks.disabled_reason IS 'requested; gone: the receiver answered 410; failing: nothing but failures for 24 hours';
COMMENT ON COLUMN webhooks.failing_since IS 'The first failure after the newest success; null: none';
COMMENT ON COLUMN webhooks.last_sequence IS 'Of its newest event. Whoever numbers holds the row until the commit, so there are no holes';
COMMENT ON COLUMN webhooks.created_by IS 'api_keys.id, or the kind of actor without one';
--rollback DROP TABLE webhooks;

--changeset rdev:0011-webhook-secrets
CREATE TABLE webhook_secrets (
  webhook_id uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  number integer NOT NULL,
  secret text NOT NULL,
  expires_at timestamptz,
  PRIMARY KEY (webhook_id, number)
);
COMMENT ON TABLE webhook_secrets IS 'All that have not expired sign; the one that does not expire is the newest';
COMMENT ON COLUMN webhook_secrets.secret IS 'Sealed with WEBHOOK_SECRET_KEY; plain where there is none';
--rollback DROP TABLE webhook_secrets;

--changeset rdev:0011-webhook-events
-- No reference to webhooks: a check for each row would cost as much as the row.
CREATE TABLE webhook_events (
  webhook_id uuid NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  id uuid NOT NULL,
  event text NOT NULL,
  at timestamptz NOT NULL,
  payload text NOT NULL CHECK (octet_length(payload) < 20000),
  queued_at timestamptz,
  delivered_at timestamptz,
  failed_at timestamptz,
  PRIMARY KEY (webhook_id, sequence)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);
CREATE UNIQUE INDEX webhook_events_id ON webhook_events (id);
CREATE INDEX webhook_events_time ON webhook_events (webhook_id, at);
CREATE INDEX webhook_events_failed ON webhook_events (webhook_id, sequence) WHERE failed_at IS NOT NULL;
COMMENT ON TABLE webhook_events IS 'What each webhook is told, and, where it was to be sent, its delivery: one has the id of the other';
COMMENT ON COLUMN webhook_events.payload IS 'The body, exactly as it is signed and sent';
COMMENT ON COLUMN webhook_events.queued_at IS 'When it was last to be sent; null: never, the webhook was disabled';
COMMENT ON COLUMN webhook_events.failed_at IS 'When it was given up. While neither this nor delivered_at is set, it stands in webhook_queue';
--rollback DROP TABLE webhook_events;

--changeset rdev:0011-webhook-queue
CREATE SEQUENCE webhook_tokens;
CREATE TABLE webhook_queue (
  id uuid PRIMARY KEY,
  webhook_id uuid NOT NULL,
  sequence bigint NOT NULL,
  due timestamptz NOT NULL,
  leased boolean NOT NULL DEFAULT false,
  attempt integer NOT NULL DEFAULT 0,
  token bigint NOT NULL DEFAULT 0,
  requested boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX webhook_queue_due ON webhook_queue (webhook_id, due, sequence);
CREATE INDEX webhook_queue_leased ON webhook_queue (webhook_id) WHERE leased;
COMMENT ON TABLE webhook_queue IS 'Exactly the deliveries that are not over; webhook_events has the rest';
COMMENT ON COLUMN webhook_queue.due IS 'When somebody may take it: for the next attempt or, during one, because the lease is over';
COMMENT ON COLUMN webhook_queue.attempt IS 'How many attempts have ended';
COMMENT ON COLUMN webhook_queue.token IS 'Of the newest claim: who has another one changes nothing';
COMMENT ON COLUMN webhook_queue.requested IS 'Asked for by somebody: sent although the webhook is disabled';
--rollback DROP TABLE webhook_queue;
--rollback DROP SEQUENCE webhook_tokens;

--changeset rdev:0011-webhook-lanes
CREATE TABLE webhook_lanes (
  webhook_id uuid PRIMARY KEY REFERENCES webhooks (id) ON DELETE CASCADE,
  strikes integer NOT NULL DEFAULT 0,
  hold_until timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
COMMENT ON TABLE webhook_lanes IS 'Whoever takes deliveries of a webhook holds its row, so that no more than three are sent at once';
COMMENT ON COLUMN webhook_lanes.strikes IS 'How many of its newest attempts, one after the other, were slow';
COMMENT ON COLUMN webhook_lanes.hold_until IS 'Nothing is sent before: it kept hanging';
--rollback DROP TABLE webhook_lanes;

--changeset rdev:0011-webhook-attempts
CREATE TABLE webhook_attempts (
  event_id uuid NOT NULL,
  token bigint NOT NULL,
  at timestamptz NOT NULL,
  duration_ms integer NOT NULL CHECK (duration_ms >= 0),
  status_code integer,
  error text,
  PRIMARY KEY (event_id, token)
);
COMMENT ON TABLE webhook_attempts IS 'Each time something was sent, or was to be, whoever holds the lease by now';
COMMENT ON COLUMN webhook_attempts.event_id IS 'webhook_events.id';
COMMENT ON COLUMN webhook_attempts.token IS 'Of the claim it was made under';
COMMENT ON COLUMN webhook_attempts.status_code IS 'Null: there was no answer';
--rollback DROP TABLE webhook_attempts;

--changeset rdev:0011-webhook-pauses
CREATE TABLE webhook_pauses (
  held boolean PRIMARY KEY DEFAULT true CHECK (held),
  paused_by text NOT NULL,
  paused_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE webhook_pauses IS 'A row: no delivery is begun, on any server';
--rollback DROP TABLE webhook_pauses;
