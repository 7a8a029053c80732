"""Every official example: stored, then asked for by each of its own parameters, and found."""

import re
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fixtures import callers
from fixtures.searching import BASE, ids_of, page

from ehr.access import Verb
from ehr.db import Database
from ehr.errors import EhrError
from ehr.fhir.path import compile_path
from ehr.fhir.resource import Number, Resource, parse
from ehr.ingest.change import Change
from ehr.ingest.save import save
from ehr.search.filters import filter_of
from ehr.search.kinds.string import _PARTS
from ehr.search.parameter import Parameter
from ehr.search.query import Filter, SearchQuery
from ehr.search.registry import parameters

ARCHIVE = Path(__file__).parents[2] / "fixtures" / "r4_examples.tar.xz"
EACH = 2
"""Examples asked for each parameter of a type."""
WORDS = 9


def examples() -> list[Resource]:
    with tarfile.open(ARCHIVE) as archive:
        files = (archive.extractfile(member) for member in archive)
        return [parse(file.read()) for file in files if file is not None]


def escaped(text: str) -> str:
    return re.sub(r"([\\,|$])", r"\\\1", text)


def texts_of(parameter: Parameter, resource: Resource) -> list[str | None]:
    """What a client would ask for each value of a parameter."""
    kind = resource["resourceType"]
    if parameter.kind != "composite":
        nodes = compile_path(parameter.expression or "", kind)(resource)
        return [asked(parameter, *node) for node in nodes]
    found: list[str | None] = []
    for place in parameter.places:
        for element, element_kind in compile_path(place.path, kind)(resource):
            each = [
                [asked(one.parameter, *node) for node in compile_path(
                    one.expression, kind if one.of_resource else element_kind
                )(resource if one.of_resource else element)]
                for one in place.components
            ]  # fmt: skip
            firsts = [next((text for text in texts if text), None) for texts in each]
            found.append("$".join(map(str, firsts)) if all(firsts) else None)
    return found


def asked(parameter: Parameter, value: Any, kind: str) -> str | None:
    """What a client would ask to find this value; None when it holds nothing to ask for."""
    by_kind = {
        "string": string, "token": token, "reference": reference, "date": date,
        "quantity": quantity, "number": number, "uri": uri, "special": near,
    }  # fmt: skip
    return by_kind[parameter.kind](value, kind)


def string(value: Any, kind: str) -> str | None:
    if type(value) is dict:
        texts = [value.get(part) for part in _PARTS.get(kind, ())]
        flat = [one[0] if type(one) is list else one for one in texts if one]
        value = flat[0] if flat else None
    if type(value) is not str:
        return None
    words = re.findall(r"\w+", value[:150])[:WORDS]
    return escaped(" ".join(words[:-1] or words)) or None


def token(value: Any, kind: str) -> str | None:
    if kind == "CodeableConcept":
        value, kind = (value.get("coding") or [{}])[0], "Coding"
    if type(value) is bool:
        return str(value).lower()
    if type(value) is str:
        return escaped(value)
    code = value.get("code") if kind == "Coding" else value.get("value")
    if code is None:
        return None
    system = value.get("system", "") if kind in ("Coding", "Identifier") else None
    return escaped(code) if system is None else f"{escaped(system)}|{escaped(code)}"


def reference(value: Any, kind: str) -> str | None:
    text = value.get("reference") if type(value) is dict else value
    return None if type(text) is not str or text.startswith("#") else escaped(text)


def date(value: Any, kind: str) -> str | None:
    if kind == "Period":
        return f"ge{value['start']}" if "start" in value else f"le{value['end']}"
    if kind == "Timing":
        return f"le{max(value['event'])}" if "event" in value else None
    return value if type(value) is str and kind in ("date", "dateTime", "instant") else None


def number(value: Any, kind: str) -> str | None:
    return value.literal if isinstance(value, Number) else str(value)


def quantity(value: Any, kind: str) -> str | None:
    prefix = {"low": "ge", "high": "le", "origin": "ap"} if kind in ("Range", "SampledData") else {}
    end = next((one for one in prefix if one in value), "")
    value = value.get(end, value)
    if not value or "value" not in value:
        return None
    amount = prefix.get(end, "") + str(number(value["value"], "decimal"))
    if "code" in value:
        return f"{amount}|{escaped(value.get('system', ''))}|{escaped(value['code'])}"
    return f"{amount}||{escaped(value['unit'])}" if "unit" in value else amount


def near(value: Any, kind: str) -> str | None:
    return f"{value['latitude']}|{value['longitude']}|1|m"


def uri(value: Any, kind: str) -> str | None:
    return escaped(value) if type(value) is str else None


@pytest.fixture
async def stored(db: Database) -> tuple[Database, list[Resource]]:
    """The examples that this server takes (others break R4 themselves)."""
    kept = []
    for one in examples():
        change = Change(Verb.UPDATE, one["resourceType"], one["id"], one)
        try:
            async with db.transaction(callers.system()) as tx:
                await save(tx, [change], access=callers.system(), bases=(BASE,))
        except EhrError:
            continue
        kept.append(one)
    return db, kept


async def ids(db: Database, criterion: Filter) -> list[str]:
    wanted = SearchQuery((criterion.parameter.resource_type,), (criterion,), count=1000)
    return ids_of(await page(db, wanted, callers.system()))


async def test_every_example_is_found_by_each_of_its_parameters(
    stored: tuple[Database, list[Resource]],
) -> None:
    db, resources = stored
    assert len(resources) > 600
    done: Counter[tuple[str, str]] = Counter()
    lost: list[str] = []
    for resource in resources:
        kind = resource["resourceType"]
        for code, parameter in parameters(kind).items():
            if done[kind, code] >= EACH or parameter.storage in ("none", "lu", "text"):
                continue
            if code.endswith("-tail"):
                continue
            text = next((one for one in texts_of(parameter, resource) if one), None)
            if text is None:
                continue
            done[kind, code] += 1
            if resource["id"] not in await ids(db, filter_of(kind, code, text)):
                lost.append(f"{kind}/{resource['id']}?{code}={text}")
    assert not lost, "\n".join(lost)
    assert len(done) > 700
