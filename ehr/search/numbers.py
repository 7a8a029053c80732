"""The number of each search parameter of each type: committed, appended to, never changed.

    python -m ehr.search.numbers

appends those of new definitions to `parameters.json`. A number is part of every hash and every
row of the side tables, so changing one would mean indexing everything again. Numbers below 16
are markers, which are no parameters (1 was one).
"""

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from ehr.fhir.definitions import search_parameter_definitions

_FILE = Path(__file__).with_name("parameters.json")

NO_PATIENT = 2
"""Marker token: its main patient parameter names no patient (`pat` may come from another)."""
SUBJECT = 4
"""Domain of the keys by which a record is found whose patient is not here. (5 is `self`.)"""
FIRST = 16
CUSTOM = 16_384
"""From here on: parameters that clients defined, numbered in the database and never again."""

OWN: Mapping[str, tuple[str, ...]] = {"Patient": ("identifier-tail", "phone-tail")}
"""Parameters of our own by type, see docs/api/search.md."""

Numbers = dict[str, dict[str, int]]


@cache
def numbers() -> Numbers:
    """Resource type (`Resource` for the common ones) → code → number."""
    return msgspec.json.decode(_FILE.read_bytes(), type=Numbers)


def numbered(known: Numbers) -> Numbers:
    """`known` and, after its last number, a number for every parameter it lacks."""
    last = max((n for codes in known.values() for n in codes.values()), default=FIRST - 1)
    result = {kind: dict(codes) for kind, codes in known.items()}
    for kind, code in _wanted():
        if code not in result.setdefault(kind, {}):
            last += 1
            result[kind][code] = last
    return result


def _wanted() -> Iterator[tuple[str, str]]:
    wanted = [(kind, one.code) for one in search_parameter_definitions() for kind in one.base]
    wanted += [(kind, code) for kind, codes in OWN.items() for code in codes]
    return iter(dict.fromkeys(sorted(wanted)))


def main() -> int:
    """Write the file; the exit code."""
    known = numbers() if _FILE.exists() else {}
    lines = (f'  "{kind}": {json.dumps(codes)}' for kind, codes in numbered(known).items())
    _FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
