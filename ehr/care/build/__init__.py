"""Documents into FHIR R4 resources: pure functions, plain dicts, no database.

docs/api/care.md says where each field of a document goes. Plain dicts and not models, because
the seed builds hundreds of thousands (docs/decisions/care-plain-builders.md).
"""
