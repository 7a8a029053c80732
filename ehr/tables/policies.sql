-- The net under the compiled predicate: a row of a record is read and written only within the
-- caller's wards or grants, and only with every label allowed. Forced, so the owner is bound too.
ALTER TABLE resource ENABLE ROW LEVEL SECURITY;
ALTER TABLE resource FORCE ROW LEVEL SECURITY;
ALTER TABLE resource_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE resource_history FORCE ROW LEVEL SECURITY;
ALTER TABLE visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE visit FORCE ROW LEVEL SECURITY;

CREATE POLICY resource_of_caller ON resource TO ehr_app USING (
  (app_every_ward() OR ward = ANY (app_wards()) OR app_granted(pat)) AND label & ~app_labels() = 0);
CREATE POLICY resource_history_of_caller ON resource_history TO ehr_app USING (
  (app_every_ward() OR ward = ANY (app_wards()) OR app_granted(pat)) AND label & ~app_labels() = 0);
CREATE POLICY visit_of_caller ON visit TO ehr_app USING (
  (app_every_ward() OR ward = ANY (app_wards()) OR app_granted(pat)) AND label & ~app_labels() = 0);

-- The directory and definitions (ward -1) are everybody's to read and kept by clients of every ward.
CREATE POLICY resource_shared_made ON resource AS RESTRICTIVE FOR INSERT TO ehr_app WITH CHECK (
  ward <> -1 OR app_every_ward());
CREATE POLICY resource_shared_kept ON resource AS RESTRICTIVE FOR UPDATE TO ehr_app USING (
  ward <> -1 OR app_every_ward());

CREATE POLICY resource_of_jobs ON resource TO ehr_job USING (true);
CREATE POLICY resource_history_of_jobs ON resource_history TO ehr_job USING (true);
CREATE POLICY visit_of_jobs ON visit TO ehr_job USING (true);

-- What was asked to be answered later is its caller's: account and client together.
ALTER TABLE async_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE async_request FORCE ROW LEVEL SECURITY;
CREATE POLICY async_request_of_caller ON async_request TO ehr_app USING (
  account::text || '|' || client = app_caller());
CREATE POLICY async_request_of_jobs ON async_request TO ehr_job USING (true);
