SET LOCAL lock_timeout = '5s';

CREATE TABLE async_request (
  id text COLLATE "C" PRIMARY KEY,
  account integer NOT NULL,
  client text NOT NULL,
  claims bytea NOT NULL,
  address text,
  request text,
  method text NOT NULL,
  path text NOT NULL,
  query text NOT NULL,
  headers jsonb NOT NULL,
  body bytea NOT NULL,
  asked_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  attempts smallint DEFAULT 0 NOT NULL,
  leased_until timestamptz,
  finished_at timestamptz,
  status smallint,
  answer bytea,
  patients bigint[],
  standing bytea
);
CREATE INDEX async_request_caller ON async_request (account, client);
CREATE INDEX async_request_waiting ON async_request (asked_at) WHERE finished_at IS NULL;

CREATE FUNCTION app_caller() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.caller', true), '') $$;

ALTER TABLE async_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE async_request FORCE ROW LEVEL SECURITY;
CREATE POLICY async_request_of_caller ON async_request TO ehr_app USING (
  account::text || '|' || client = app_caller());
CREATE POLICY async_request_of_jobs ON async_request TO ehr_job USING (true);

GRANT SELECT, INSERT, DELETE ON async_request TO ehr_app;
GRANT SELECT, UPDATE, DELETE ON async_request TO ehr_job;
