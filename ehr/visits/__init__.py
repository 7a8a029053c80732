"""Visits as rows: projected from FHIR in the writer's transaction, listed without parsing FHIR."""
