SET LOCAL lock_timeout = '10s';
CREATE INDEX resource_index_ward_long ON resource_index (ward, rtype, dlo DESC)
    WHERE (dhi - dlo) > '1 day'::interval;
CREATE INDEX resource_index_long ON resource_index (rtype, dlo DESC)
    WHERE (dhi - dlo) > '1 day'::interval;
CREATE STATISTICS index_quantity_code ON (comp & 4294967295) FROM index_quantity;
CREATE STATISTICS index_string_code ON (comp & 4294967295) FROM index_string;
CREATE STATISTICS index_date_code ON (comp & 4294967295) FROM index_date;
