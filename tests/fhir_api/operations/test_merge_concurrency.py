"""Merges that meet each other, or a writer: each record ends at one patient, whole."""

import asyncio

import psycopg
from fixtures import records
from fixtures.fhir import SYSTEM, Api
from fixtures.merging import ask, made

from ehr.embedded import Embedded


async def test_of_parallel_merges_one_is_done(committing: Api) -> None:
    api = committing
    ids = await made(api)
    turned = {"source": ids["target"], "target": ids["source"]}
    replies = await asyncio.gather(
        *(ask(api, "$merge", which, who=SYSTEM) for which in (ids, turned, ids, turned))
    )
    statuses = sorted(reply.status for reply in replies)
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {409, 422}
    inactive = [
        end
        for end in ("source", "target")
        if (await api.get(f"Patient/{ids[end]}")).json.get("active") is False
    ]
    assert len(inactive) == 1


async def test_what_is_written_meanwhile_is_one_patient_s(
    committing: Api, postgres: Embedded, clone: str
) -> None:
    api = committing
    ids = await made(api)
    body = records.observation(ids["source"])
    replies = await asyncio.gather(
        *(api.post("Observation", body) for _ in range(4)),
        ask(api, "$merge", ids, who=SYSTEM),
        *(api.post("Observation", body) for _ in range(4)),
    )
    assert {reply.status for reply in replies} <= {200, 201, 409}
    assert replies[4].status == 200
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        torn = connection.execute(
            "SELECT count(*) FROM resource r JOIN resource_index i USING (bucket, rid)"
            " JOIN resource p ON p.rid = r.pat WHERE r.pat <> i.pat"
            " OR (r.rtype <> p.rtype AND position('Patient/' || p.id IN"
            " convert_from(r.content, 'UTF8')) = 0)"
        ).fetchone()
    assert torn == (0,)
    made_here = sum(reply.status == 201 for reply in replies)
    found = [
        len((await api.get(f"Observation?patient={ids[end]}")).ids) for end in ("source", "target")
    ]
    assert sum(found) == made_here + 2
