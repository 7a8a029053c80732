"""What ward staff do, one verb a file: a small document in, FHIR resources out, one save.

The documents are the web app's and the seed's (docs/api/care.md); `build` turns them into
resources without a database; the verbs check who asks and call `ehr.ingest`.
"""
