"""Each combination of parameters of US Core 6.1 finds its record, and no near miss.

A near miss differs from the record in what one parameter asks for; a combination must leave out
those of its own parameters, and find all others.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fixtures.service import Service
from fixtures.us_core import DIRECTORY, PARAMETERS, STALE, VISITS
from fixtures.us_core_types import TYPES

pytestmark = pytest.mark.proves("clients/us-core")

COMBINATIONS = [
    pytest.param(kind, names, id=f"{verb} {kind}?{names.replace(' ', '&')}")
    for kind, of in TYPES.items()
    for verb, combinations in (("SHALL", of.shall), ("SHOULD", of.should))
    for names in combinations
]
IN_THE_DIRECTORY = {"Location", "Organization", "Practitioner", "PractitionerRole"}
INDEXED_SECONDS = 150


@dataclass
class Stored:
    """The records: `ids[type]` of the one that is found and, by parameter, of each near miss."""

    service: Service
    names: dict[str, str] = field(default_factory=dict)
    ids: dict[str, dict[str, str]] = field(default_factory=dict)
    provenance: dict[str, str] = field(default_factory=dict)

    def post(self, client: httpx.Client, resource: Any) -> dict[str, Any]:
        text = json.dumps(resource)
        for name, value in sorted(self.names.items(), reverse=True):
            text = text.replace(f"${name}", value)
        sent = json.loads(text)
        reply = client.post(f"/{sent['resourceType']}", json=sent)
        assert reply.status_code == 201, reply.text
        made: dict[str, Any] = reply.json()
        return made

    def asked(self, kind: str, names: str) -> list[tuple[str, str]]:
        pairs = [(name, one) for name in names.split() for one in TYPES[kind].by[name].asked]
        known = {**self.names, "self": self.ids[kind][""]}
        for name, value in sorted(known.items(), reverse=True):
            pairs = [(parameter, text.replace(f"${name}", value)) for parameter, text in pairs]
        return pairs

    def wanted(self, kind: str, names: str) -> set[str]:
        """The record and the near misses by parameters that are not asked for."""
        asked = set(names.split())
        mine = self.ids[kind]
        missed = {name for name in mine if name and differs(kind, name) & asked}
        return {id for name, id in mine.items() if name not in missed}

    def found(self, kind: str, reply: httpx.Response) -> set[str]:
        assert reply.status_code == 200, reply.text
        entries = reply.json().get("entry", ())
        told = {one["resource"]["id"] for one in entries if one["search"]["mode"] == "match"}
        return told & set(self.ids[kind].values())


def differs(kind: str, name: str) -> set[str]:
    """The parameters that a near miss by `name` is not found by: those of what it has otherwise."""
    of = TYPES[kind].by
    otherwise = of[name].instead.keys()
    return {name, "_id"} | {one for one, by in of.items() if {*list(by.instead)[:1]} & otherwise}


@pytest.fixture(scope="module")
def stored(service: Service) -> Stored:
    """The directory, stored as the client of the whole system, and a nurse's records."""
    found = Stored(service)
    with service.client("system") as client, service.client("clinician.00004") as nurse:
        for name, resource in {**DIRECTORY, **VISITS}.items():
            found.names[name] = found.post(client, resource)["id"]
        for kind, of in TYPES.items():
            found.ids[kind] = {}
            if "_lastUpdated" in of.by:
                one = found.post(nurse, {"resourceType": kind, **of.record})
                found.ids[kind]["_lastUpdated"] = one["id"]
                found.names[STALE.removeprefix("$")] = one["meta"]["lastUpdated"]
        for kind, of in TYPES.items():
            record = {"resourceType": kind, **of.record}
            near = {name: by.instead for name, by in of.by.items() if by.instead}
            writer = client if kind in IN_THE_DIRECTORY else nurse
            for name, instead in {"": {}, **near}.items():
                found.ids[kind][name] = found.post(writer, {**record, **instead})["id"]
            found.provenance[kind] = _witnessed(found, client, kind)
        _wait_until_indexed(client)
    return found


def _witnessed(stored: Stored, client: httpx.Client, kind: str) -> str:
    provenance = {
        "resourceType": "Provenance",
        "target": [{"reference": f"{kind}/{stored.ids[kind]['']}"}],
        "recorded": "2024-03-10T09:00:00+07:00",
        "agent": [{"who": {"reference": "Practitioner/$practitioner"}}],
    }
    return str(stored.post(client, provenance)["id"])


def _wait_until_indexed(client: httpx.Client) -> None:
    """The worker indexes what was there before a parameter was defined."""
    deadline = time.monotonic() + INDEXED_SECONDS
    for one in PARAMETERS:
        value = "2024" if one["type"] == "date" else "x"
        path = f"/{one['base'][0]}?{one['code']}={value}"
        while (reply := client.get(path, headers={"Prefer": "handling=strict"})).status_code != 200:
            assert time.monotonic() < deadline, reply.text
            time.sleep(1)


@pytest.mark.parametrize(("kind", "names"), COMBINATIONS)
def test_a_combination(stored: Stored, kind: str, names: str) -> None:
    asked, wanted = stored.asked(kind, names), stored.wanted(kind, names)
    assert stored.ids[kind][""] in wanted
    with stored.service.client("system") as client:
        client.headers["Prefer"] = "handling=strict"
        by_get = client.get(f"/{kind}", params=[*asked, ("_count", "100")])
        form = "&".join(str(httpx.QueryParams([pair])) for pair in asked)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        by_post = client.post(f"/{kind}/_search", content=form, headers=headers)
    assert stored.found(kind, by_get) == wanted
    assert stored.found(kind, by_post) == wanted


@pytest.mark.parametrize("kind", TYPES)
def test_who_finds(stored: Stored, kind: str) -> None:
    service = stored.service
    with (
        service.client("clinician.00004") as nurse,
        service.client("clinician.00145") as other,
        service.client("analyst.city") as city,
    ):
        for names in (*TYPES[kind].shall, *TYPES[kind].should):
            asked, wanted = stored.asked(kind, names), stored.wanted(kind, names)
            assert stored.found(kind, nurse.get(f"/{kind}", params=asked)) == wanted, names
            seen = stored.found(kind, other.get(f"/{kind}", params=asked))
            assert seen == (wanted if kind in IN_THE_DIRECTORY else set()), names
            assert city.get(f"/{kind}", params=asked).status_code == 403


@pytest.mark.parametrize("kind", TYPES)
def test_what_comes_along(stored: Stored, kind: str) -> None:
    along = [("_revinclude", "Provenance:target")]
    along += [("_include", one) for one in TYPES[kind].along]
    asked = [("_id", stored.ids[kind][""]), *along]
    with stored.service.client("system") as client:
        entries = client.get(f"/{kind}", params=asked).json()["entry"]
    told = {one["resource"]["id"] for one in entries if one["search"]["mode"] == "include"}
    wanted = {stored.provenance[kind]}
    for one in TYPES[kind].along:
        name = {"medication": "drug"}.get(one.partition(":")[2], one.partition(":")[2])
        wanted.add(stored.names[name])
    assert told == wanted
