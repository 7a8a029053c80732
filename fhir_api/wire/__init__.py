"""FHIR's use of HTTP: media types, preconditions, headers and statuses (http://hl7.org/fhir/R4/http.html)."""
