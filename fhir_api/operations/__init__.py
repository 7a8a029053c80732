"""Operations, one a file: `$name` below the base, a type, a resource or a version.

http://hl7.org/fhir/R4/operations.html. `registry` is the one table of them.
"""
