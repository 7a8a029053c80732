"""Code systems, value sets and concept maps: what is shipped, what is stored, and what is asked.

No database: `lookup` and `local` have the lists that ward staff pick from every day, `shipped`
those of R4, and a `Library` what `ehr.records.vocabulary` found stored for one question.
"""
