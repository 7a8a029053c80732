SET LOCAL lock_timeout = '10s';
CREATE INDEX resource_index_date ON resource_index (rtype, dlo DESC);
CREATE INDEX resource_index_lu ON resource_index (rtype, lu DESC);
CREATE INDEX resource_index_code_lu ON resource_index (code, lu DESC);
CREATE INDEX index_string_any_ward ON index_string (param, v, rid);
