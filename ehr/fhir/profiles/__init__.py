"""Profiles: StructureDefinitions that narrow a type, and whether a resource keeps to one.

A profile is judged by its differential and those of the profiles it is derived from: each only
narrows what the type allows, which `ehr.fhir.checker` has judged before, so no snapshot is needed.

`definition` makes a StructureDefinition small, `tree` lays the differentials over each other,
`walk` follows the tree through a resource, with `values`, `types`, `slices` and `identify` for
what it meets; `known` has the profiles of this process, `judge` is the way in.
See docs/decisions/fhir-profiles.md.
"""
