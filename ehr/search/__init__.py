"""Search over every resource type: a query is a plain object first, SQL second.

`registry` knows the parameters, `filters` reads the values of a query string into `query`'s
objects, `extract` makes the index rows of a resource and `compile` the statement for a caller.
http://hl7.org/fhir/R4/search.html; docs/api/search.md says what is understood.
"""
