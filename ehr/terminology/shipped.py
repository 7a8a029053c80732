"""The terminology that comes with the program: R4's own (`data/r4.json.xz`) and the local lists.

The file is opened when something of it is first asked for, and of its three tables only the entry
asked for is read.
"""

import lzma
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from ehr.remembered import remembered
from ehr.terminology import local
from ehr.terminology.concepts import CodeSystem, Concept


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


@remembered(256)
def code_system(url: str) -> CodeSystem | None:
    """A code system by its url."""
    made = local.SYSTEMS.get(url)
    if made is not None:
        return made()
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
    listed: dict[str, str | None] = dict.fromkeys(local.SYSTEMS)
    for url, raw in _tables().systems.items():
        listed.setdefault(url, msgspec.json.decode(raw, type=_Version).version)
    return dict(sorted(listed.items()))


def urls() -> tuple[list[str], list[str], list[str]]:
    """The urls of the code systems, value sets and concept maps."""
    tables = _tables()
    return sorted({*tables.systems, *local.SYSTEMS}), sorted(tables.sets), sorted(tables.maps)


def concept_maps() -> Iterable[dict[str, Any]]:
    """Every concept map."""
    return [found for url in _tables().maps if (found := concept_map(url)) is not None]
