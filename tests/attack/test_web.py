"""H, I: the web app, its session, the figures and the demo issuer, from a browser's side."""

import uuid
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fixtures.attacking import CITY, HOSPITAL, SYSTEM, W1, Attack
from fixtures.database import PATIENCE_SECONDS
from fixtures.records import observation, patient

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("attack")]

ISSUER = "/demo-issuer"


def stranger(attack: Attack) -> httpx.Client:
    return httpx.Client(base_url=attack.service.url, trust_env=False, timeout=PATIENCE_SECONDS)


def asked(client: httpx.Client) -> dict[str, str]:
    """What the browser is sent to the issuer with."""
    return dict(parse_qsl(urlsplit(client.get("/app/login").headers["location"]).query))


@pytest.fixture(scope="module")
def browser(attack: Attack) -> Iterator[httpx.Client]:
    """A browser in which the clinician of ward 1 is logged in, with the page's token."""
    with stranger(attack) as client:
        back = client.post(f"{ISSUER}/authorize", data=asked(client) | {"login": W1})
        client.get(back.headers["location"])
        client.headers["X-CSRF"] = client.get("/app/api/me").json()["csrf"]
        yield client


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


@pytest.mark.parametrize("sent", [None, "", "x", "é" * 3])
def test_no_write_without_the_pages_token(
    attack: Attack, browser: httpx.Client, sent: str | None
) -> None:
    headers = key() | ({} if sent is None else {"X-CSRF": sent})
    with stranger(attack) as other:
        other.cookies = browser.cookies
        other_headers = {name: text.encode() for name, text in headers.items()}
        for path in ("/app/api/residents", "/app/api/visits", "/app/logout"):
            assert other.post(path, json={}, headers=other_headers).status_code == 403
    assert browser.get("/app/api/me").status_code == 200


def test_cookie_and_token_each_open_their_own(attack: Attack, browser: httpx.Client) -> None:
    token = {"Authorization": attack(W1).headers["authorization"]}
    with stranger(attack) as other:
        assert other.get("/app/api/me", headers=token).status_code == 401
        other.cookies = browser.cookies
        assert other.get("/fhir/Patient").status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/app/api/residents/{}", "/app/api/visits/{}", "/app/api/residents/%5Cu0000",
        "/app/api/residents/%00", "/app/api/visits/%5Cu0000x", "/app/api/visits/%22%5C",
        "/app/api/residents/%ED%A0%80", "/reports/%5Cu0000?period=2026-10&ward=00004",
    ],
)  # fmt: skip
def test_hostile_and_foreign_ids_are_refused_and_recorded(
    attack: Attack, browser: httpx.Client, path: str
) -> None:
    """A backslash before u0000 once broke the audit of everybody's requests."""
    reply = browser.get(path.replace("{}", attack.p2))
    assert reply.status_code in (404, 422)
    assert attack(W1).get(f"/Patient/{attack.p1}").status_code == 200


@pytest.mark.parametrize("name", ["Trần k\u0300", "\u0301 Lê", "Vũ \u0958", "Đỗ \u202eabc", "ﷺ Hồ"])
def test_no_name_breaks_the_search_box(attack: Attack, browser: httpx.Client, name: str) -> None:
    attack.new(W1, patient() | {"name": [{"text": name}], "birthDate": "1931-01-01"})
    reply = browser.get("/app/api/residents", params={"q": "1931"})
    assert reply.status_code == 200
    assert reply.json()["residents"]


def test_no_record_breaks_a_residents_page(attack: Attack, browser: httpx.Client) -> None:
    who = attack.new(W1, {"resourceType": "Patient"})
    for effective in ("0001-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00"):
        attack.new(W1, observation(who) | {"effectiveDateTime": effective})
    visit = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": f"Patient/{who}"},
        "period": {"start": "2026-01-01"},
    }
    id = attack.new(W1, visit)
    assert browser.get(f"/app/api/residents/{who}").status_code == 200
    assert browser.get(f"/app/api/visits/{id}").status_code in (200, 404)
    assert browser.get("/app/api/today?ward=00004").status_code == 200


@pytest.mark.parametrize(
    "query",
    ["", "?period=2026-13", "?period=2026-10&sex=male", "?period=2026-10&period=2026-09",
     "?period=2026", "?period=2026-10&ward=x", "?period=%D9%A2026-10"],
)  # fmt: skip
def test_96_a_report_has_its_parameters_alone(attack: Attack, query: str) -> None:
    reply = attack(CITY).get(f"{attack.service.url}/reports/visits{query}")
    assert reply.status_code == 400


def test_95_97_figures_are_for_those_who_plan(attack: Attack, browser: httpx.Client) -> None:
    url = f"{attack.service.url}/reports/visits?period=2026-10"
    one, other = attack(CITY).get(url), attack(CITY).get(url)
    left, right = (r.json() | {"generatedAt": ""} for r in (one, other))
    assert left == right
    for kind in ("Patient/", "Encounter/", attack.p1, attack.p2):
        assert kind not in one.text
    for who in (HOSPITAL, SYSTEM, W1):
        assert attack(who).get(url).status_code == 403
        assert attack(who).get(f"{url}&ward=00145").status_code == 403
    assert attack("nobody").get(url).status_code == 401
    assert browser.get("/reports/visits?period=2026-10&ward=00145").status_code == 403
    assert browser.get("/reports/visits?period=2026-10&ward=00004").status_code == 200


@pytest.mark.parametrize(
    "path", ["/app/", "/app/api/me", "/reports", "/fhir/Patient", "/health/live"]
)
@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_98_99_nobody_else_may_read_along(attack: Attack, path: str, origin: str) -> None:
    with stranger(attack) as client:
        reply = client.get(path, headers={"Origin": origin})
        assert "access-control-allow-origin" not in reply.headers
        if path.startswith(("/app", "/reports")):
            assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
            assert "unsafe" not in reply.headers["content-security-policy"]
            assert reply.headers["referrer-policy"] == "no-referrer"
        if path in ("/app/api/me", "/reports", "/fhir/Patient"):
            assert reply.headers["cache-control"] == "no-store"
            assert reply.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/.git/config", "/actuator"])
def test_102_nothing_of_the_inside_is_served(attack: Attack, path: str) -> None:
    with stranger(attack) as client:
        assert client.get(path).status_code == 404


def test_102_what_is_served_is_told_to_who_is_known(attack: Attack) -> None:
    with stranger(attack) as client:
        reply = client.get("/openapi.json")
    assert reply.status_code == 401
    assert "paths" not in reply.text
    assert attack(W1).get(reply.url).status_code == 200


@pytest.mark.parametrize("next", ["//evil.example", "https://evil.example", "/app/\r\nX: y", "/x"])
def test_a_login_leads_back_here(attack: Attack, next: str) -> None:
    with stranger(attack) as client:
        begun = client.get("/app/login", params={"next": next})
        query = dict(parse_qsl(urlsplit(begun.headers["location"]).query))
        back = client.post(f"{ISSUER}/authorize", data=query | {"login": W1})
        assert client.get(back.headers["location"]).headers["location"] == "/app/"


def test_a_code_is_good_once_with_its_verifier_in_its_browser(attack: Attack) -> None:
    with stranger(attack) as client, stranger(attack) as thief:
        query = asked(client)
        back = client.post(f"{ISSUER}/authorize", data=query | {"login": W1}).headers["location"]
        code = dict(parse_qsl(urlsplit(back).query))["code"]
        assert thief.get(back).status_code == 401
        form = {"grant_type": "authorization_code", "code": code, "client_id": query["client_id"],
                "redirect_uri": query["redirect_uri"]}  # fmt: skip
        assert thief.post(f"{ISSUER}/token", data=form).status_code == 400
        assert thief.post(f"{ISSUER}/token", data=form | {"code_verifier": "x" * 43}).is_error
        changed = query | {"login": W1, "redirect_uri": query["redirect_uri"] + "/x"}
        assert thief.post(f"{ISSUER}/authorize", data=changed).status_code == 400


@pytest.mark.parametrize("secret", [None, "", "x", "é"])
def test_the_issuer_mints_for_this_installation_alone(attack: Attack, secret: str | None) -> None:
    headers = {} if secret is None else {"X-Demo-Secret": secret.encode()}
    with stranger(attack) as client:
        minted = client.post(f"{ISSUER}/mint", data={"login": "system"}, headers=headers)
        assert minted.status_code == 404
        for host in ("evil.example", "127.0.0.1.evil.example"):
            assert client.get(f"{ISSUER}/certs", headers={"Host": host}).status_code == 421
