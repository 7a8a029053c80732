"""One file per kind of search parameter: what is indexed and what is asked, with one normaliser.

What each offers is `ehr.search.kind.KindModule`; those that can be a component of a composite have
`names` and `asked` too (`ehr.search.composite`). Kinds do not import each other. http://hl7.org/fhir/R4/search.html#ptypes
"""
