-- Each role its one task. Nobody but the owner may change a table's shape.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ehr_app, ehr_report, ehr_audit, ehr_job;

GRANT SELECT, INSERT, UPDATE, DELETE ON resource, resource_index, index_key, index_string,
  index_date, index_quantity, index_text, visit TO ehr_app, ehr_job;
GRANT SELECT, INSERT ON resource_history, resource_directory, index_phrase TO ehr_app, ehr_job;
GRANT SELECT, INSERT, UPDATE, DELETE ON web_session, idempotency_key TO ehr_app;
GRANT SELECT, INSERT, UPDATE ON account, staff_assignment, partner, access_grant, ward,
  system_state TO ehr_app;
GRANT SELECT ON account, staff_assignment, partner, access_grant, ward, system_state TO ehr_job;
GRANT DELETE ON web_session, idempotency_key TO ehr_job;
GRANT SELECT ON web_session, idempotency_key TO ehr_job;
GRANT INSERT, UPDATE ON system_state TO ehr_job;
GRANT SELECT, INSERT, UPDATE (removed, noticed_at, indexed) ON search_parameter TO ehr_app;
GRANT SELECT, UPDATE (noticed_at, indexed) ON search_parameter TO ehr_job;
GRANT SELECT, INSERT, DELETE ON profile TO ehr_app;
GRANT INSERT ON fact_delta TO ehr_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON fact, fact_delta TO ehr_job;
GRANT SELECT ON fact, fact_delta, ward TO ehr_report;
GRANT INSERT ON audit_event TO ehr_app, ehr_audit, ehr_job;
GRANT SELECT ON audit_event TO ehr_job;
GRANT USAGE ON SEQUENCE resource_seq TO ehr_app, ehr_job;
-- All versions of a record lie where the current one does; what they say never changes.
GRANT UPDATE (ward, pat) ON resource_history TO ehr_app, ehr_job;
GRANT SELECT, INSERT, UPDATE (undone_at) ON patient_merge TO ehr_app;
GRANT SELECT, INSERT, DELETE ON async_request TO ehr_app;
GRANT SELECT, UPDATE, DELETE ON async_request TO ehr_job;
