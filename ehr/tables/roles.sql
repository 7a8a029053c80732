-- The roles of docs/operations.md. Run once by a superuser (the embedded supervisor, or
-- the database container at its first start); migrations run as ehr_owner and only grant.
DO $roles$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['ehr_owner', 'ehr_app', 'ehr_report', 'ehr_audit', 'ehr_job'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format(
        'CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT', name);
    END IF;
  END LOOP;
END
$roles$;
-- Before PostgreSQL 16 an owner that does not inherit may not create in his own database's schema.
ALTER ROLE ehr_owner INHERIT;
