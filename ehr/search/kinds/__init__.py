"""One file per kind of search parameter: what is indexed and what is asked, with one normaliser.

Each has `index(parameter, nodes, rows)`, `parse(parameter, modifier, text)` and
`where(filter, scope)`. Kinds do not import each other. http://hl7.org/fhir/R4/search.html#ptypes
"""
