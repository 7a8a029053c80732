"""What is asked: each workload as requests to us and as the statements that answer them."""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode

from bench.bare import Plan, Statement
from bench.capture import captured_visit
from bench.data import Loaded
from bench.load import once, request
from bench.searches import VARIANTS, Search, searches
from bench.visit import visit_bundle
from ehr.access import EVERY_LABEL, Access, Power, Role, Verb
from ehr.access_settings import Plans, settings_of
from ehr.db import Database
from ehr.directory.accounts import DEMO_ISSUER, by_login
from ehr.fhir.definitions import type_number
from ehr.located import located
from ehr.records.resolved import resolved
from ehr.search.compile import included, page
from ehr.search.query import SearchQuery
from ehr.urls import urls
from fhir_api.search.parse import parse

READ = (
    "SELECT r.version, r.lu, r.content, r.deleted, r.rid, r.pat, r.label"  # noqa: S608 - constants
    f" FROM {located('resource_directory WHERE rtype = %s AND id = %s')} d"
    " JOIN resource r ON r.bucket = d.bucket AND r.rid = d.rid"
)


@dataclass(frozen=True)
class Workload:
    """`path(n)` of a GET; `statement(n)` is what PostgreSQL must be asked for it."""

    name: str
    paths: list[str]
    statements: list[tuple[Statement, ...]] = field(repr=False)


@dataclass(frozen=True)
class Caller:
    """A login of the demo and the Access it gets."""

    login: str
    name: str
    access: Access


async def callers(found: Loaded) -> list[Caller]:
    """A clinician of one ward, and a client of every ward."""
    db = await Database.open(urls(found.settings).app, size=1, name="bench")
    rights = frozenset(("*", verb) for verb in Verb)
    try:
        nurse = await by_login(db, DEMO_ISSUER, "clinician.00004")
        system = await by_login(db, DEMO_ISSUER, "system")
    finally:
        await db.close()
    assert nurse is not None
    assert system is not None
    return [
        Caller("clinician.00004", "one ward",
               Access(nurse.id, "tram-web", frozenset({Role.CLINICIAN}), rights, frozenset({1}),
                      labels=EVERY_LABEL)),
        Caller("system", "every ward",
               Access(system.id, "system", frozenset({Role.SYSTEM}), rights, every_ward=True,
                      grantee=system.id, labels=EVERY_LABEL, powers=frozenset(Power))),
    ]  # fmt: skip


def workloads(found: Loaded, caller: Caller, token: str) -> list[Workload]:
    """The reads, on residents of the first ward."""
    people = _residents(found, token)
    reads = Workload(
        "read",
        [f"/fhir/Patient/{one['id']}" for one in people],
        [((READ, (type_number("Patient"), one["id"])),) for one in people],
    )
    every = searches(people).items()
    return [reads, *(_search(found, name, asked, caller, token) for name, asked in every)]


def plan(found: Loaded, caller: Caller, several: list[Workload]) -> Plan:
    """What the reference runs for this caller."""
    visit, rids, ids = asyncio.run(captured_visit(found, caller.access))
    reads = {one.name: one.statements for one in several}
    settings = {one.name: settings_of(caller.access, Plans.EACH) for one in several}
    settings |= dict.fromkeys(("read", "visit"), settings_of(caller.access))
    return Plan(settings, reads, visit, rids, ids)


def of_ours(workload: Workload, token: str) -> Callable[[int], bytes]:
    """Request n to our service."""
    made = [
        request("GET", path, headers=[("Authorization", f"Bearer {token}")])
        for path in workload.paths
    ]
    return lambda n: made[n % len(made)]


def of_bare(workload: Workload) -> Callable[[int], bytes]:
    """Request n to the reference."""
    count = len(workload.statements)
    made = [request("GET", f"/{quote(workload.name)}/{n}") for n in range(count)]
    return lambda n: made[n % count]


def visits(patients: list[str], token: str) -> Callable[[int], bytes]:
    """Request n: a transaction of a visit's 11 resources."""
    headers = [
        ("Authorization", f"Bearer {token}"),
        ("Content-Type", "application/fhir+json"),
        ("Prefer", "return=minimal"),
    ]

    def make(n: int) -> bytes:
        body = json.dumps(visit_bundle(patients[n % len(patients)], uuid.uuid4())).encode()
        return request("POST", "/fhir", headers=headers, body=body)

    return make


def _search(found: Loaded, name: str, asked: list[Search], caller: Caller, token: str) -> Workload:
    statements = []
    paths = [f"/fhir/{kind}?{urlencode(values)}" for kind, values in asked]
    queries = [
        parse((kind,), parse_qsl(urlencode(values)), strict=True).query for kind, values in asked
    ]
    queries = asyncio.run(_resolved(found, queries, caller.access))
    for query, path in zip(queries, paths, strict=True):
        made = [page(query, caller.access)]
        if query.includes:
            along = _brought_along(found.settings.port, path, token)
            made.append(included(along, caller.access))
        statements.append(tuple((one.text, one.params) for one in made))
    return Workload(name, paths, statements)


async def _resolved(found: Loaded, queries: list[SearchQuery], access: Access) -> list[SearchQuery]:
    """What is compiled once other ends were looked at: the reference is not asked to look."""
    db = await Database.open(urls(found.settings).app, size=1, name="bench")
    try:
        return [await resolved(db, query, access) for query in queries]
    finally:
        await db.close()


def _brought_along(port: int, path: str, token: str) -> list[tuple[str, str]]:
    """(type, id) of what the answer includes, which the reference then fetches too."""
    sent = request("GET", path, headers=[("Authorization", f"Bearer {token}")])
    _, body = asyncio.run(once(port, sent))
    entries = json.loads(body).get("entry", ())
    return [
        (one["resource"]["resourceType"], one["resource"]["id"])
        for one in entries
        if one["search"]["mode"] == "include"
    ]


def _residents(found: Loaded, token: str) -> list[dict[str, object]]:
    sent = request(
        "GET",
        f"/fhir/Patient?organization=Organization/ward-00004&_count={VARIANTS}",
        headers=[("Authorization", f"Bearer {token}")],
    )
    status, body = asyncio.run(once(found.settings.port, sent))
    assert status == 200, body
    return [entry["resource"] for entry in json.loads(body)["entry"]]
