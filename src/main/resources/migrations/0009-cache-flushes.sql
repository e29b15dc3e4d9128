--liquibase formatted sql

--changeset rdev:0009-cache-flushes
CREATE TABLE cache_flushes (
  cache text PRIMARY KEY,
  flushes bigint NOT NULL CHECK (flushes > 0)
);
COMMENT ON TABLE cache_flushes IS 'How often operators had all servers forget a cache; a server that sees it rise forgets';
--rollback DROP TABLE cache_flushes;
