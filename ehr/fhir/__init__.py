"""FHIR R4 as data: JSON, definitions, paths, dates, references, the checker. No database."""
