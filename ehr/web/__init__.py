"""What the browser speaks to: the built web app, login, and `/app/api` made for its pages.

Read models and the verbs of `ehr.care`; no SQL, no FHIR on the wire, a cookie and never a token
(docs/web.md).
"""
