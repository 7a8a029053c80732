"""The FHIR R4 API over HTTP."""
