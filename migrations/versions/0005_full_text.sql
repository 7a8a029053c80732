SET LOCAL lock_timeout = '10s';
CREATE TABLE index_text (
  bucket INTEGER NOT NULL,
  rid BIGINT NOT NULL,
  ward INTEGER NOT NULL,
  words TSVECTOR NOT NULL,
  PRIMARY KEY (bucket, rid)
);
CREATE INDEX index_text_words ON index_text USING gin (words)
  WITH (fastupdate = on, gin_pending_list_limit = 256);
CREATE TABLE index_phrase (
  v BIGINT NOT NULL,
  words TSVECTOR NOT NULL,
  PRIMARY KEY (v)
);
CREATE INDEX index_phrase_words ON index_phrase USING gin (words);
GRANT SELECT, INSERT, UPDATE, DELETE ON index_text TO ehr_app, ehr_job;
GRANT SELECT, INSERT ON index_phrase TO ehr_app, ehr_job;
