"""What was sent comes back by every way out: same values, same order, numbers as they were written.

The replies are read by Python's own parser, which keeps no number but as text and no object but
as its pairs, so that nothing of the server's reading and writing judges itself.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import Answer, Api

NUMBERS = (
    *("1.10", "1e2", "1E+2", "100000000000000000.00", "0.000", "-0.0", "1e-7", "12"),
    "123456789012345678901234567890.123456789012345678901234567890",
)
JSON_PATCH = "application/json-patch+json"
_GIVEN = """"given":["Văn",null,"An"],"_given":[null,{"extension":[{"url":"urn:e",
 "valueCode":"x"}]},{"id":"g"}]"""
_CODE = '"code":{"coding":[{"code":"w","system":"urn:own"}]}'
_PART = '"code":{"text":"part"}'
_TEMPLATE = (
    '{"resourceType":"Observation","meta":{"tag":[{"code":"t","system":"urn:own"}],'
    '"profile":["http://example.org/unknown"]},'
    '"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">'
    'c\\u00e2n&nbsp;nặng &lt;60</div>"},'
    '"contained":[{"id":"p","resourceType":"Practitioner","name":[{"family":"Trần",%s}]}],'
    '"performer":[{"reference":"#p"}],"_status":{"id":"s"},"status":"final",%s,'
    '"note":[{"text":"a \\"b\\" \\\\ \\/ \\ud83d\\ude00\\t"}],"subject":{"reference":"Patient/%s"},'
    '"effectiveDateTime":"2026-11-05T08:05:00.100+07:00","_valueString":{"extension":['
    '{"valueDecimal":1.10,"url":"urn:e"}]},"identifier":[{"value":"%s","system":"urn:own"}],'
    '"component":[%s]}'
)
"""In another order than the definitions have."""


def written(who: str, *, id: str | None = None, status: str = "final", key: str = "1") -> bytes:
    """The record as a client writes it."""
    parts = [f'{{"valueQuantity":{{"unit":"kg","value":{one}}},{_PART}}}' for one in NUMBERS]
    text = _TEMPLATE % (_GIVEN, _CODE, who, key, ", ".join(parts))
    text = text.replace('"status":"final"', f'"status":"{status}"')
    return (text if id is None else text[:-1] + f',"id":"{id}"}}').encode()


Pairs = tuple[tuple[str, Any], ...]


def read(body: bytes) -> Any:
    """JSON with objects as pairs and numbers as they are spelled."""
    return json.loads(body, object_pairs_hook=tuple, parse_float=str, parse_int=str)


def told(resource: Pairs) -> tuple[Pairs, Pairs]:
    """All that the server does not set: the resource without id and meta, and its meta."""
    meta = dict(resource).get("meta", ())
    own = tuple(pair for pair in resource if pair[0] not in {"id", "meta"})
    return own, tuple(pair for pair in meta if pair[0] not in {"versionId", "lastUpdated"})


def in_bundle(reply: Answer, id: str) -> Pairs:
    """The one record of a Bundle with this id."""
    assert reply.status == 200, reply.body
    entries = [dict(one) for one in dict(read(reply.body))["entry"]]
    found = [one["resource"] for one in entries if dict(one.get("resource", ())).get("id") == id]
    assert len(found) == 1
    resource: Pairs = found[0]
    return resource


async def create(api: Api, who: str, body: bytes | None = None) -> str:
    reply = await api.ask("POST", "Observation", content=body or written(who))
    assert reply.status == 201, reply.body
    return str(reply.json["id"])


async def created(api: Api, who: str) -> Pairs:
    found: Pairs = read((await api.ask("POST", "Observation", content=written(who))).body)
    return found


async def created_already(api: Api, who: str) -> Pairs:
    await create(api, who)
    criteria = {"If-None-Exist": "identifier=urn:own|1"}
    reply = await api.ask("POST", "Observation", content=written(who), headers=criteria)
    assert reply.status == 200
    found: Pairs = read(reply.body)
    return found


async def updated(api: Api, who: str) -> Pairs:
    id = await create(api, who, json.dumps(records.observation(who)).encode())
    reply = await api.ask("PUT", f"Observation/{id}", content=written(who, id=id))
    assert (reply.status, reply.headers["etag"]) == (200, 'W/"2"')
    found: Pairs = read(reply.body)
    return found


async def patched(api: Api, who: str) -> Pairs:
    id = await create(api, who, written(who, status="preliminary"))
    document = b'[{"op":"replace","path":"/status","value":"final"}]'
    headers = {"Content-Type": JSON_PATCH}
    reply = await api.ask("PATCH", f"Observation/{id}", content=document, headers=headers)
    assert reply.status == 200, reply.body
    found: Pairs = read((await api.get(f"Observation/{id}")).body)
    return found


async def merge_patched(api: Api, who: str) -> Pairs:
    id = await create(api, who, written(who, status="preliminary"))
    headers = {"Content-Type": "application/merge-patch+json"}
    reply = await api.ask(
        "PATCH", f"Observation/{id}", content=b'{"status":"final"}', headers=headers
    )
    assert reply.status == 200, reply.body
    found: Pairs = read((await api.get(f"Observation/{id}")).body)
    return found


def _bundle(kind: str, *entries: tuple[str, str, bytes | None]) -> bytes:
    made = [
        (b'{"resource":%s,' % body if body else b"{")
        + b'"request":{"method":"%s","url":"%s"}}' % (method.encode(), url.encode())
        for method, url, body in entries
    ]
    return b'{"resourceType":"Bundle","type":"%s","entry":[%s]}' % (kind.encode(), b",".join(made))


def stored_in(kind: str, method: str) -> Callable[[Api, str], Awaitable[Pairs]]:
    """By a Bundle that stores the record."""

    async def way(api: Api, who: str) -> Pairs:
        url, body = "Observation", written(who)
        if method == "PUT":
            id = await create(api, who, json.dumps(records.observation(who)).encode())
            url, body = f"Observation/{id}", written(who, id=id)
        headers = {"Prefer": "return=representation"}
        sent = _bundle(kind, (method, url, body))
        reply = await api.ask("POST", "", content=sent, headers=headers)
        assert reply.status == 200, reply.body
        (entry,) = dict(read(reply.body))["entry"]
        answered: Pairs = dict(entry)["resource"]
        stored = read((await api.get(f"Observation/{dict(answered)['id']}")).body)
        assert stored == answered
        return answered

    return way


def read_in(kind: str) -> Callable[[Api, str], Awaitable[Pairs]]:
    """By a Bundle that reads the record."""

    async def way(api: Api, who: str) -> Pairs:
        id = await create(api, who)
        sent = _bundle(kind, ("GET", f"Observation/{id}", None))
        headers = {"Prefer": "return=representation"}
        return in_bundle(await api.ask("POST", "", content=sent, headers=headers), id)

    return way


def asked(path: str) -> Callable[[Api, str], Awaitable[Pairs]]:
    """By a GET of a path that answers the record."""

    async def way(api: Api, who: str) -> Pairs:
        id = await create(api, who)
        reply = await api.get(path.format(id=id, who=who))
        assert reply.status == 200, reply.body
        found: Pairs = read(reply.body)
        return found

    return way


def found_by(path: str) -> Callable[[Api, str], Awaitable[Pairs]]:
    """By a GET of a path that answers a Bundle with the record."""

    async def way(api: Api, who: str) -> Pairs:
        id = await create(api, who)
        return in_bundle(await api.get(path.format(id=id, who=who)), id)

    return way


async def superseded(api: Api, who: str) -> Pairs:
    id = await create(api, who)
    await api.put(f"Observation/{id}", records.observation(who) | {"id": id})
    found: Pairs = read((await api.get(f"Observation/{id}/_history/1")).body)
    return found


async def posted_search(api: Api, who: str) -> Pairs:
    id = await create(api, who)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = await api.ask(
        "POST", "Observation/_search", content=f"patient={who}".encode(), headers=headers
    )
    return in_bundle(reply, id)


async def tagged(api: Api, who: str) -> Pairs:
    """The content is written anew by $meta-add and $meta-delete."""
    id = await create(api, who)
    parts = [{"name": "meta", "valueMeta": {"tag": [{"system": "urn:own", "code": "new"}]}}]
    body = {"resourceType": "Parameters", "parameter": parts}
    for name in ("$meta-add", "$meta-delete"):
        assert (await api.post(f"Observation/{id}/{name}", body)).status == 200
    found: Pairs = read((await api.get(f"Observation/{id}")).body)
    return found


WAYS: dict[str, Callable[[Api, str], Awaitable[Pairs]]] = {
    "create": created,
    "conditional create": created_already,
    "update": updated,
    "JSON Patch": patched,
    "Merge Patch": merge_patched,
    "POST in a transaction": stored_in("transaction", "POST"),
    "PUT in a transaction": stored_in("transaction", "PUT"),
    "POST in a batch": stored_in("batch", "POST"),
    "PUT in a batch": stored_in("batch", "PUT"),
    "read": asked("Observation/{id}"),
    "read, indented": asked("Observation/{id}?_pretty=true"),
    "read in a batch": read_in("batch"),
    "read in a transaction": read_in("transaction"),
    "vread": asked("Observation/{id}/_history/1"),
    "vread of a superseded version": superseded,
    "history of a record": found_by("Observation/{id}/_history"),
    "history of a type": found_by("Observation/_history"),
    "search": found_by("Observation?_id={id}"),
    "search, indented": found_by("Observation?patient={who}&_pretty=true"),
    "search by POST": posted_search,
    "_revinclude": found_by("Patient?_id={who}&_revinclude=Observation:subject"),
    "$everything": found_by("Patient/{who}/$everything"),
    "$lastn": found_by("Observation/$lastn?patient={who}"),
    "$meta-add and $meta-delete": tagged,
}


@pytest.mark.proves("fidelity/numbers")
@pytest.mark.parametrize("way", WAYS)
async def test_what_was_sent_comes_back_as_it_was(api: Api, way: str) -> None:
    who = await api.create(records.patient())
    found = await WAYS[way](api, who)
    assert told(found) == told(read(written(who)))


async def test_the_comparison_would_see_another_literal_order_or_null() -> None:
    sent = written("x")
    for old, new in (
        (b"1.10", b"1.1"),
        (b"1e2", b"100"),
        (b"1E+2", b"1e2"),
        (b"100000000000000000.00", b"1e17"),
        (b"-0.0", b"0.0"),
        (b'"family":', b'"text":'),
        (b'null,"An"', b'"An",null'),
        (b'"code":"t","system":"urn:own"', b'"system":"urn:own","code":"t"'),
    ):
        assert old in sent
        assert told(read(sent.replace(old, new))) != told(read(sent)), old
