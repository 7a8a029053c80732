"""`/app/api/residents`: who is found, registered and shown, and to whom nothing is told."""

from uuid import uuid4

import pytest
from fixtures.browsing import Browser, resident, visit

from ehr.audit.event import Event, Outcome
from ehr.care import duplicates


@pytest.fixture
async def dao(clinician: Browser) -> str:
    """A resident of Ba Đình, with one visit."""
    document = resident()
    assert (await clinician.post("/app/api/residents", document)).status_code == 201
    assert (await clinician.post("/app/api/visits", visit(document["id"]))).status_code == 201
    return str(document["id"])


async def test_search_finds_without_marks(clinician: Browser, dao: str) -> None:
    reply = await clinician.get("/app/api/residents?q=dao nguyen")
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    (hit,) = reply.json()["residents"]
    assert (hit["id"], hit["name"], hit["cccdTail"]) == (dao, "Nguyễn Thị Đào", "123")
    assert "099158000123" not in reply.text


async def test_the_page_of_a_resident(clinician: Browser, dao: str) -> None:
    reply = await clinician.get(f"/app/api/residents/{dao}")
    assert reply.status_code == 200
    page = reply.json()
    assert page["resident"]["cccd"] == "099158000123"
    assert page["resident"]["ward"] == {"code": "00004", "name": "Ba Đình"}
    assert [each["code"] for each in page["problems"]] == ["I10"]
    (shown,) = page["timeline"]
    assert shown["vitals"] == {"systolic": 150, "diastolic": 95, "weight": 58.5}
    assert shown["reason"] == "Tái khám tăng huyết áp"
    assert page["prescription"]["drugs"][0]["quantity"] == 28


async def test_a_look_at_a_resident_is_in_the_audit(
    clinician: Browser, dao: str, written: list[Event]
) -> None:
    await clinician.get(f"/app/api/residents/{dao}")
    await clinician.get("/app/api/residents?q=dao")
    read, search = written[-2:]
    assert (read.action, read.entity) == ("read", f"Patient/{dao}")
    assert (search.action, search.entity) == ("search", "Patient")
    assert read.access
    assert read.access.account == 1
    assert len(read.patients) == 1
    assert search.patients == read.patients


async def test_nobody(nobody: Browser, dao: str) -> None:
    for path in ("/app/api/residents?q=dao", f"/app/api/residents/{dao}"):
        reply = await nobody.get(path)
        assert reply.status_code == 401
        assert "Đào" not in reply.text
    assert (await nobody.post("/app/api/residents", resident())).status_code == 401


async def test_the_wrong_ward(neighbour: Browser, dao: str, written: list[Event]) -> None:
    assert (await neighbour.get("/app/api/residents?q=dao")).json() == {"residents": []}
    found = await neighbour.get(f"/app/api/residents/{dao}")
    unknown = await neighbour.get(f"/app/api/residents/{uuid4()}")
    assert found.status_code == unknown.status_code == 404
    assert found.json() == unknown.json()
    refused = next(each for each in written if each.entity == f"Patient/{dao}")
    assert refused.outcome is Outcome.REFUSED
    assert refused.access
    assert refused.access.account == 3


async def test_the_city_analyst(analyst: Browser, dao: str) -> None:
    assert (await analyst.get("/app/api/residents?q=dao")).status_code == 403
    assert (await analyst.get(f"/app/api/residents/{dao}")).status_code == 403
    assert (await analyst.post("/app/api/residents", resident())).status_code == 403


async def test_a_write_wants_the_token_of_the_page(clinician: Browser) -> None:
    clinician.csrf = ""
    reply = await clinician.post("/app/api/residents", resident())
    assert reply.status_code == 403


async def test_the_same_document_twice_is_one_resident(clinician: Browser) -> None:
    document = resident()
    first = await clinician.post("/app/api/residents", document, key="k1")
    again = await clinician.post("/app/api/residents", document, key="k1")
    other = await clinician.post("/app/api/residents", document, key="k2")
    assert [first.status_code, again.status_code, other.status_code] == [201, 201, 200]
    assert first.json() == again.json() == other.json() == {"id": document["id"]}


async def test_a_known_card_names_the_record(clinician: Browser, dao: str) -> None:
    reply = await clinician.post("/app/api/residents", resident(name="Nguyễn Đào"))
    assert reply.status_code == 409
    answer = reply.json()
    assert (answer["error"], answer["field"]) == ("already-here", "cccd")
    assert answer["message"] == "Người này đã có hồ sơ tại đây."
    assert [each["id"] for each in answer["residents"]] == [dao]


async def test_a_known_insurance_number_names_the_record_whatever_the_card(
    clinician: Browser,
) -> None:
    held = resident(cccd=None, bhyt="GD4010123456789")
    assert (await clinician.post("/app/api/residents", held)).status_code == 201
    other = resident(cccd="001158000777", bhyt="GD4010123456789")
    reply = await clinician.post("/app/api/residents", other)
    answer = reply.json()
    assert (reply.status_code, answer["error"], answer["field"]) == (409, "already-here", "bhyt")
    assert [each["id"] for each in answer["residents"]] == [held["id"]]


async def test_someone_known_elsewhere_is_not_shown(neighbour: Browser, dao: str) -> None:
    reply = await neighbour.post("/app/api/residents", resident())
    assert reply.status_code == 409
    assert reply.json()["error"] == "registered-elsewhere"
    assert dao not in reply.text


async def test_who_was_told_so_often_is_told_neither_yes_nor_no(
    neighbour: Browser, dao: str, written: list[Event]
) -> None:
    duplicates.limit(2)
    for _ in range(2):
        assert (await neighbour.post("/app/api/residents", resident())).status_code == 409
    for number in ("099158000123", "099158000777"):
        reply = await neighbour.post("/app/api/residents", resident(cccd=number))
        assert (reply.status_code, reply.json()["error"]) == (429, "throttled")
        assert int(reply.headers["retry-after"]) > 60
        assert written[-1].reason == "throttled"
    plain = resident(cccd=None)
    assert (await neighbour.post("/app/api/residents", plain)).status_code == 201


@pytest.mark.parametrize(
    ("changed", "status", "field"),
    [
        ({"name": " "}, 422, "name"),
        ({"cccd": "123"}, 422, "cccd"),
        ({"birthDate": "2999-01-01"}, 422, "birthDate"),
        ({"colour": "blue"}, 422, "colour"),
        ({"sex": "blue"}, 422, "sex"),
        ({"ward": "00145"}, 403, "ward"),
    ],
)
async def test_a_bad_document_is_refused_in_words(
    clinician: Browser, changed: dict[str, object], status: int, field: str
) -> None:
    reply = await clinician.post("/app/api/residents", resident(**changed))
    assert (reply.status_code, reply.json().get("field")) == (status, field)
    assert reply.json()["message"]
    assert (await clinician.get("/app/api/residents?q=dao")).json() == {"residents": []}


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"content-type": "text/plain"}, b"{}", 422),
        ({"content-type": "application/json"}, b"{", 400),
        ({"content-type": "application/json"}, b" " * 300_000, 413),
        ({"content-type": "application/json", "idempotency-key": ""}, b"{}", 400),
    ],
)
async def test_a_bad_request_is_refused(
    clinician: Browser, headers: dict[str, str], body: bytes, status: int
) -> None:
    sent = {"x-csrf": clinician.csrf, "idempotency-key": "k"} | headers
    reply = await clinician.http.post("/app/api/residents", content=body, headers=sent)
    assert reply.status_code == status
    assert reply.json()["message"]
