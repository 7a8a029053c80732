"""Changes to a resource as a document, in the three forms that clients send.

http://hl7.org/fhir/R4/http.html#patch. Each module has `apply(resource, document)`, which gives a
new resource and leaves the old one as it is; number literals stay verbatim.
"""
