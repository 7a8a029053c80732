"""The part of FHIRPath that R4's own search parameters and invariants are written in, compiled.

`syntax` reads an expression, `compiler` makes closures of it, `functions` and `operators` hold
what it may call, `nodes` knows how JSON becomes typed elements. What lies outside this part is
refused with `Unsupported`; `ehr.fhir.path` then asks fhirpathpy, which knows the whole language
and takes ten to a hundred times as long. See docs/decisions/fhir-paths.md.
"""
