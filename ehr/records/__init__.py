"""Records as rows: written by `ehr.ingest` only, read and found with an Access."""
