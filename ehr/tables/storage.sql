-- What the models cannot say: sequences, partitions, storage parameters.

-- Each fetch reserves a thousand numbers for one process: no round trip a write.
CREATE SEQUENCE resource_seq INCREMENT BY 1000;

-- The net under the months' partitions, which `ehr db upgrade` makes ahead (ehr/migrate.py).
CREATE TABLE audit_event_default PARTITION OF audit_event DEFAULT;

-- Fast counts are index-only scans, which need the visibility map: vacuum after inserts too.
ALTER TABLE resource SET (autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE resource_index SET (autovacuum_vacuum_insert_scale_factor = 0.02,
                                autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE index_string SET (autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE index_key SET (autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE visit SET (autovacuum_vacuum_insert_scale_factor = 0.02);

-- A queue: what is folded is deleted, so its dead rows are many and its live ones few.
ALTER TABLE fact_delta SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- A frequent code must be known as one: the plan for it is another than for a rare one.
ALTER TABLE resource_index ALTER COLUMN code SET STATISTICS 1000;
ALTER TABLE index_string ALTER COLUMN v SET STATISTICS 500;

-- The code of a composite is the lower half of `comp`. Without its frequency the planner takes every
-- code to be rare, and would collect all pressures of the city to sort them.
CREATE STATISTICS index_quantity_code ON (comp & 4294967295) FROM index_quantity;
CREATE STATISTICS index_string_code ON (comp & 4294967295) FROM index_string;
CREATE STATISTICS index_date_code ON (comp & 4294967295) FROM index_date;
