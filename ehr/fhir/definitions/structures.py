"""StructureDefinitions made small: what the checker, paths and summaries need of each type.

One entry per type, in it one part per object: `""` is the type's own, `contact` that of
`Patient.contact`. An element is written without what is usual:

    {"min": 1, "many": true, "types": ["Reference"], "targets": ["Patient"], "choice": true,
     "codes": "<value set>", "within": "<value set>", "same": "<part>", "summary": true,
     "rules": [[key, human, expression]]}

`min` 0, `many` false, `choice` false and `summary` false are left out; `targets` are the types
a Reference may name (none: any); `codes` is the value set of a required binding, `within` the
one that a weaker binding must not leave (elementdefinition-maxValueSet), and that of a type such
as Age stands at its part; `same` is the part that a contentReference points to.
"""

from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]

_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
_WITHIN = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_PROFILED_QUANTITIES = {"SimpleQuantity", "MoneyQuantity"}
_IN_THE_CHECKER = {"ele-1", "ext-1", "ref-1", "dom-2", "dom-3", "dom-4", "dom-5", "txt-1", "txt-2"}
"""Invariants that nearly every resource meets; `ehr.fhir.checker` has them as plain code."""


def structures(definitions: Iterable[Json]) -> dict[str, Json]:
    """Type name → {kind, base, parts}, of resources, complex and primitive types, sorted."""
    chosen = {entry["id"]: entry for entry in definitions if _is_wanted(entry)}
    return {name: _structure(chosen[name]) for name in sorted(chosen)}


def _is_wanted(definition: Json) -> bool:
    if definition["id"] in _PROFILED_QUANTITIES:
        return True
    return definition["kind"] != "logical" and definition.get("derivation") != "constraint"


def _structure(definition: Json) -> Json:
    kind = definition["kind"]
    base = definition.get("baseDefinition", "").removeprefix(_BASE)
    shape: Json = {"kind": "abstract" if definition["abstract"] else kind, "base": base}
    if kind == "primitive-type":
        return shape
    parts: dict[str, Json] = {}
    for element in definition["snapshot"]["element"]:
        _, _, path = element["path"].partition(".")
        part, _, name = path.rpartition(".")
        if not path:
            parts[""] = {"rules": _rules(element), "elements": {}, **_binding(element)}
            continue
        entry = _element(element, is_resource=kind == "resource")
        if _is_part(element):
            parts[path] = {"rules": entry.pop("rules", []), "elements": {}}
            entry["same"] = path
        if element["max"] != "0":
            parts[part]["elements"][name.removesuffix("[x]")] = entry
    return shape | {"parts": parts}


def _is_part(element: Json) -> bool:
    return [kind["code"] for kind in element.get("type", [])] in (["BackboneElement"], ["Element"])


def _element(element: Json, *, is_resource: bool) -> Json:
    entry: Json = {}
    if element["min"]:
        entry["min"] = element["min"]
    if element["max"] == "*":
        entry["many"] = True
    if element["path"].endswith("[x]"):
        entry["choice"] = True
    if "contentReference" in element:
        entry["same"] = element["contentReference"].partition(".")[2]
    entry["types"] = list(_types(element, is_resource)) or ["BackboneElement"]
    if targets := _targets(element):
        entry["targets"] = targets
    entry |= _binding(element)
    if element.get("isSummary"):
        entry["summary"] = True
    if rules := _rules(element):
        entry["rules"] = rules
    return entry


def _binding(element: Json) -> Json:
    """The value set that its codes must come from, if it is bound so strictly."""
    binding = element.get("binding", {})
    if binding.get("strength") == "required" and "valueSet" in binding:
        return {"codes": binding["valueSet"].partition("|")[0]}
    for extension in binding.get("extension", []):
        if extension["url"] == _WITHIN:
            return {"within": extension["valueCanonical"].partition("|")[0]}
    return {}


def _types(element: Json, is_resource: bool) -> Iterator[str]:
    """The codes of its types; the id of a resource is an `id`, which 4.0.1 calls a string."""
    is_id = is_resource and element["base"]["path"] == "Resource.id"
    for kind in element.get("type", []):
        if kind["code"].startswith("http:"):
            yield "id" if is_id else _named(kind)
            continue
        profiles = {profile.removeprefix(_BASE) for profile in kind.get("profile", [])}
        yield from sorted(profiles & _PROFILED_QUANTITIES) or [kind["code"]]


def _named(kind: Json) -> str:
    names = [entry["valueUrl"] for entry in kind["extension"] if entry["url"] == _FHIR_TYPE]
    return str(names[0])


def _targets(element: Json) -> list[str]:
    """Types that a Reference here may name; canonicals are not followed and have none."""
    found = {
        target.removeprefix(_BASE)
        for kind in element.get("type", [])
        if kind["code"] == "Reference"
        for target in kind.get("targetProfile", [])
    }
    return [] if "Resource" in found else sorted(found)


def _rules(element: Json) -> list[list[str]]:
    """[key, sentence, FHIRPath] of each invariant whose breach is an error."""
    return [
        [rule["key"], rule["human"], rule["expression"]]
        for rule in element.get("constraint", [])
        if rule["severity"] == "error" and rule["key"] not in _IN_THE_CHECKER
    ]
