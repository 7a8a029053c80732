"""The terminology that comes with the program: R4's own (`data/r4.json.xz`) and the local lists.

The file is opened when something of it is first asked for, and of its three tables only the entry
asked for is read.
"""

import lzma
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from ehr.terminology import lookup
from ehr.terminology.chapters import chapters
from ehr.terminology.concepts import CodeSystem, Concept
from ehr.terminology.systems import CVX, DRUG, ETHNICITY, ICD10, LOINC, VISIT_KIND

R4 = "4.0.1"


class _Tables(msgspec.Struct):
    systems: dict[str, msgspec.Raw]
    sets: dict[str, msgspec.Raw]
    maps: dict[str, msgspec.Raw]


class _System(msgspec.Struct, rename="camel"):
    concepts: list[list[Any]]
    version: str | None = None
    name: str | None = None
    title: str | None = None
    content: str = "complete"
    case_sensitive: bool = True


class _Version(msgspec.Struct):
    version: str | None = None


@cache
def _tables() -> _Tables:
    content = (files("ehr.terminology") / "data" / "r4.json.xz").read_bytes()
    return msgspec.json.decode(lzma.decompress(content), type=_Tables)


@lru_cache(maxsize=256)
def code_system(url: str) -> CodeSystem | None:
    """A code system by its url."""
    local = _local().get(url)
    if local is not None:
        return local()
    raw = _tables().systems.get(url)
    if raw is None:
        return None
    found = msgspec.json.decode(raw, type=_System)
    concepts: dict[str, Concept] = {}
    for row in found.concepts:
        concepts.setdefault(row[0], _concept(row))
    name = found.title or found.name
    return CodeSystem(url, concepts, found.version, name, found.content, found.case_sensitive)


def _concept(row: list[Any]) -> Concept:
    code, display, definition, parents, is_abstract, is_inactive = row + [None] * (6 - len(row))
    return Concept(
        code,
        display or None,
        definition or None,
        tuple(parents or ()),
        bool(is_abstract),
        bool(is_inactive),
    )


def value_set(url: str) -> dict[str, Any] | None:
    """A value set by its url, as a ValueSet with `compose`."""
    return _resource("ValueSet", url, _tables().sets)


def concept_map(url: str) -> dict[str, Any] | None:
    """A concept map by its url, as a ConceptMap."""
    return _resource("ConceptMap", url, _tables().maps)


def _resource(kind: str, url: str, table: dict[str, msgspec.Raw]) -> dict[str, Any] | None:
    raw = table.get(url)
    if raw is None:
        return None
    found: dict[str, Any] = msgspec.json.decode(raw)
    return {"resourceType": kind, "url": url, "status": "active", **found}


def versions() -> dict[str, str | None]:
    """The url of every code system → its version."""
    listed: dict[str, str | None] = dict.fromkeys(_local())
    for url, raw in _tables().systems.items():
        listed.setdefault(url, msgspec.json.decode(raw, type=_Version).version)
    return dict(sorted(listed.items()))


def urls() -> tuple[list[str], list[str], list[str]]:
    """The urls of the code systems, value sets and concept maps."""
    tables = _tables()
    return sorted({*tables.systems, *_local()}), sorted(tables.sets), sorted(tables.maps)


def concept_maps() -> Iterable[dict[str, Any]]:
    """Every concept map."""
    return [found for url in _tables().maps if (found := concept_map(url)) is not None]


@cache
def _local() -> dict[str, Callable[[], CodeSystem]]:
    return {
        ICD10: _icd10,
        LOINC: lambda: _listed(
            LOINC,
            ((one.loinc, one.display, one.vi) for one in lookup.vital_signs().values()),
            "fragment",
        ),
        CVX: lambda: _listed(
            CVX, ((one.cvx, one.display, one.vi) for one in lookup.vaccines().values()), "fragment"
        ),
        DRUG: lambda: _listed(DRUG, ((one.code, one.label, "") for one in lookup.drugs().values())),
        ETHNICITY: lambda: _listed(ETHNICITY, _vietnamese(lookup.ethnicities())),
        VISIT_KIND: lambda: _listed(VISIT_KIND, _vietnamese(lookup.visit_kinds())),
    }


def _vietnamese(names: dict[str, str]) -> Iterable[tuple[str, str, str]]:
    return ((code, name, name) for code, name in names.items())


def _listed(
    url: str, rows: Iterable[tuple[str, str, str]], content: str = "complete"
) -> CodeSystem:
    concepts = {
        code: Concept(code, display, designations=(("vi", vi),) if vi else ())
        for code, display, vi in rows
    }
    return CodeSystem(url, concepts, content=content)


def _icd10() -> CodeSystem:
    """The codes a ward clinic meets, below their categories and chapters."""
    concepts = {
        one.roman: Concept(one.roman, one.en, is_abstract=True, designations=(("vi", one.vi),))
        for one in chapters()
    }
    for code, one in lookup.diagnoses().items():
        parent = code.partition(".")[0] if "." in code else None
        if parent is not None and parent not in lookup.diagnoses():
            concepts.setdefault(parent, Concept(parent, parents=_chapter(parent)))
        concepts[code] = Concept(
            code,
            one.en,
            None,
            (parent,) if parent else _chapter(code),
            one.unusable,
            designations=(("vi", one.vi),),
        )
    return CodeSystem(ICD10, concepts, name="ICD-10", content="fragment")


def _chapter(category: str) -> tuple[str, ...]:
    return tuple(one.roman for one in chapters() if one.first <= category <= one.last)
