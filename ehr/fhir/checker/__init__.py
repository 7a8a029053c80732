"""The checker: one compiled from the R4 StructureDefinitions per type, at its first use.

`shapes` holds what an object may contain and checks it; `elements` makes the check of each
property; `primitives`, `bindings`, `references`, `narrative` and `contained` are the rules for
what lies in them; `invariants` evaluates the FHIRPath rules when the structure is sound.
`ehr.fhir.validate` is the way in. See docs/decisions/fhir-checker.md.
"""
