"""Requests that are answered later: `Prefer: respond-async` (http://hl7.org/fhir/R4/async.html)."""
