-- What the policies read. A setting that is unset or empty (SET LOCAL leaves '' behind) shows nothing.
CREATE FUNCTION app_wards() RETURNS integer[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT string_to_array(nullif(current_setting('app.wards', true), ''), ',')::integer[] $$;

CREATE FUNCTION app_every_ward() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('app.every_ward', true) = 'on', false) $$;

CREATE FUNCTION app_labels() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.labels', true), '')::integer $$;

CREATE FUNCTION app_granted(patient bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT EXISTS (
     SELECT FROM access_grant
     WHERE grantee = nullif(current_setting('app.grantee', true), '')::integer
       AND pat = patient AND valid_from <= statement_timestamp()
       AND until > statement_timestamp() AND revoked_at IS NULL) $$;

CREATE FUNCTION app_caller() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('app.caller', true), '') $$;
