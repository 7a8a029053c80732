"""`/app/api/visits` and `/app/api/today`: recorded whole and once, read by the ward alone."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from fixtures.browsing import Browser, resident, visit

from ehr.access import Label
from ehr.audit.event import Event
from ehr.errors import Unavailable
from ehr.services import Services


@pytest.fixture
async def dao(clinician: Browser) -> str:
    """A resident of Ba Đình."""
    document = resident()
    await clinician.post("/app/api/residents", document)
    return str(document["id"])


async def test_a_visit_is_read_and_listed_as_it_was_recorded(clinician: Browser, dao: str) -> None:
    document = visit(dao)
    reply = await clinician.post("/app/api/visits", document)
    assert reply.status_code == 201, reply.text
    one = (await clinician.get(f"/app/api/visits/{document['id']}")).json()
    assert one["resident"]["name"] == "Nguyễn Thị Đào"
    assert one["visit"]["diagnoses"] == [{"code": "I10", "display": "Tăng huyết áp", "main": True}]
    assert one["visit"]["advice"] == "Ăn nhạt"
    assert one["visit"]["author"] == "clinician.00004"
    day = (await clinician.get("/app/api/today?ward=00004")).json()
    assert [each["id"] for each in day["visits"]] == [document["id"]]
    assert day["visits"][0]["patient"]["name"] == "Nguyễn Thị Đào"
    assert "099158000123" not in str(day)


async def test_a_visit_sent_twice_is_one(clinician: Browser, dao: str) -> None:
    document = visit(dao)
    key = str(document["id"])
    first = await clinician.post("/app/api/visits", document, key=key)
    again = await clinician.post("/app/api/visits", document, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    changed = await clinician.post("/app/api/visits", document | {"reason": "Khác"}, key=key)
    assert (changed.status_code, changed.json()["error"]) == (422, "key-reused")
    day = (await clinician.get("/app/api/today?ward=00004")).json()
    assert len(day["visits"]) == 1
    assert day["visits"][0]["reason"] == "Tái khám tăng huyết áp"


async def test_a_bad_visit_leaves_nothing(clinician: Browser, dao: str) -> None:
    bad = visit(dao, vitals={"systolic": 150, "diastolic": 250}, reason="")
    reply = await clinician.post("/app/api/visits", bad)
    assert reply.status_code == 422
    assert reply.json()["field"] == "reason"
    assert reply.json()["message"] == "Lý do khám: cần nhập."
    assert {each["field"] for each in reply.json()["faults"]} == {"reason", "vitals.diastolic"}
    assert (await clinician.get("/app/api/today?ward=00004")).json()["visits"] == []
    good = await clinician.post("/app/api/visits", visit(dao, id=bad["id"]))
    assert good.status_code == 201


async def test_a_write_wants_a_key(clinician: Browser, dao: str) -> None:
    sent = {"x-csrf": clinician.csrf}
    reply = await clinician.http.post("/app/api/visits", json=visit(dao), headers=sent)
    assert reply.status_code == 400


async def test_nobody(nobody: Browser, clinician: Browser, dao: str) -> None:
    document = visit(dao)
    await clinician.post("/app/api/visits", document)
    assert (await nobody.post("/app/api/visits", visit(dao))).status_code == 401
    for path in (f"/app/api/visits/{document['id']}", "/app/api/today?ward=00004"):
        assert (await nobody.get(path)).status_code == 401


async def test_the_wrong_ward(neighbour: Browser, clinician: Browser, dao: str) -> None:
    document = visit(dao)
    await clinician.post("/app/api/visits", document)
    assert (await neighbour.post("/app/api/visits", visit(dao))).status_code == 404
    assert (await neighbour.get(f"/app/api/visits/{document['id']}")).status_code == 404
    assert (await neighbour.get("/app/api/today?ward=00004")).status_code == 403
    assert (await neighbour.get("/app/api/today?ward=00145")).json()["visits"] == []
    assert (await neighbour.get("/app/api/today?ward=99999")).status_code == 403


async def test_the_city_analyst(analyst: Browser, clinician: Browser, dao: str) -> None:
    document = visit(dao)
    await clinician.post("/app/api/visits", document)
    assert (await analyst.post("/app/api/visits", visit(dao))).status_code == 403
    assert (await analyst.get(f"/app/api/visits/{document['id']}")).status_code == 403
    assert (await analyst.get("/app/api/today?ward=00004")).status_code == 403


async def test_what_was_shown_is_in_the_audit(
    clinician: Browser, dao: str, written: list[Event]
) -> None:
    document = visit(dao)
    await clinician.post("/app/api/visits", document)
    await clinician.get(f"/app/api/visits/{document['id']}")
    await clinician.get("/app/api/today?ward=00004")
    read, worklist = written[-2:]
    assert (read.action, read.entity) == ("read", f"Encounter/{document['id']}")
    assert (worklist.action, worklist.entity) == ("worklist", "Encounter")
    assert len(read.patients) == 1
    assert worklist.patients == read.patients


async def test_the_labels_of_what_was_shown_are_too(
    services: Services,
    login: Callable[[str], Awaitable[Browser]],
    dao: str,
    written: list[Event],
) -> None:
    async with services.db.administration() as tx:
        await tx.execute(
            "INSERT INTO staff_assignment (account_id, ward_id, role, valid_from)"
            " VALUES (1, 1, 'hiv-care', '2025-07-01')"
        )
    nurse = await login("clinician.00004")
    document = visit(dao, diagnoses=[{"code": "B24", "display": "Bệnh do HIV", "main": True}])
    assert (await nurse.post("/app/api/visits", document)).status_code == 201
    del written[:]
    pages = (f"visits/{document['id']}", "today?ward=00004", f"residents/{dao}", "residents?q=dao")
    for page in pages:
        assert (await nurse.get(f"/app/api/{page}")).status_code == 200
    assert [one.label for one in written] == [Label.HIV, Label.HIV, Label.HIV, 0]


async def test_without_the_audit_nothing_is_shown(
    clinician: Browser, dao: str, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(event: object) -> None:
        raise Unavailable

    monkeypatch.setattr(services.audit, "record", down)
    reply = await clinician.get(f"/app/api/residents/{dao}")
    assert reply.status_code == 503
    assert reply.headers["retry-after"]
    assert "Đào" not in reply.text


async def test_two_at_once_record_one_visit(clinician: Browser, dao: str) -> None:
    document = visit(dao)
    key = str(document["id"])
    replies = await asyncio.gather(
        *(clinician.post("/app/api/visits", document, key=key) for _ in range(4))
    )
    assert {reply.status_code for reply in replies} == {201}
    assert len((await clinician.get("/app/api/today?ward=00004")).json()["visits"]) == 1
