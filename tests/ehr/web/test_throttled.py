"""429 in the web app: in words, with the time to wait, and only for who asks too often."""

from fixtures.browsing import Browser

from ehr.audit.event import Event, Outcome
from ehr.services import Services
from ehr.throttle import Throttle


async def test_who_asks_too_often_is_told_to_wait(
    services: Services, clinician: Browser, neighbour: Browser, written: list[Event]
) -> None:
    services.authenticator.throttle = Throttle(1, 3, clock=lambda: 7.0)
    statuses = [(await clinician.get("/app/api/residents?q=a")).status_code for _ in range(6)]
    assert statuses == [200] * 3 + [429] * 3
    refused = await clinician.get("/app/api/me")
    assert refused.status_code == 429
    assert refused.json()["error"] == "throttled"
    assert "Chờ" in refused.json()["message"]
    assert refused.headers["retry-after"] == "1"
    assert (await neighbour.get("/app/api/residents?q=a")).status_code == 200
    told = [event for event in written if event.reason == "throttled"]
    assert len(told) == 1
    assert told[0].outcome is Outcome.REFUSED
    assert told[0].access
    assert told[0].access.account == 1


async def test_a_write_is_refused_before_anything_is_read_of_it(
    services: Services, clinician: Browser
) -> None:
    services.authenticator.throttle = Throttle(1, 1, clock=lambda: 7.0)
    assert (await clinician.get("/app/api/me")).status_code == 200
    assert (await clinician.post("/app/api/residents", {"name": ""})).status_code == 429
