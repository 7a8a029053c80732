"""Make `data/r4.json.xz` from HL7's package: the code systems, value sets and maps of R4.

    python -m ehr.terminology.importer PACKAGE.tgz

PACKAGE.tgz is npm's `hl7.fhir.r4.examples` 4.0.1 (CC0, ehr/fhir/definitions/LICENSE). Concepts are
arrays [code, display, definition, parents, abstract, inactive], shorter ones end in what is empty.
"""

import lzma
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from ehr.fhir.definitions.generate import Content, read
from ehr.terminology.concepts import Concept, concepts_of

FILE = Path(__file__).parent / "data" / "r4.json.xz"
_KEPT = ("version", "name", "title", "content", "caseSensitive")


def compact(content: Content) -> dict[str, dict[str, Any]]:
    """The three tables, each by canonical url."""
    return {
        "systems": {one["url"]: _system(one) for one in content["CodeSystem"]},
        "sets": {one["url"]: _value_set(one) for one in content["ValueSet"] if "compose" in one},
        "maps": {one["url"]: _map(one) for one in content["ConceptMap"] if "url" in one},
    }


def _system(resource: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: resource[key] for key in _KEPT if key in resource}
    return kept | {"concepts": [_concept(one) for one in concepts_of(resource)]}


def _concept(one: Concept) -> list[Any]:
    row: list[Any] = [
        one.code,
        one.display or "",
        one.definition or "",
        list(one.parents),
        one.is_abstract,
        one.is_inactive,
    ]
    while len(row) > 1 and not row[-1]:
        row.pop()
    return row


def _value_set(resource: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: resource[key] for key in ("version", "name", "title") if key in resource}
    return kept | {"compose": resource["compose"]}


def _map(resource: Mapping[str, Any]) -> dict[str, Any]:
    left_out = {"text", "meta", "contact", "description", "publisher", "extension", "id"}
    return {key: value for key, value in resource.items() if key not in left_out}


def main(arguments: list[str]) -> int:
    """Write the file; the exit code."""
    content = orjson.dumps(compact(read(Path(arguments[0]))), option=orjson.OPT_SORT_KEYS)
    FILE.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
