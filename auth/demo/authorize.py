"""The authorize endpoint: a request is checked, a person chosen, a code given.

OAuth 2.0 (RFC 6749, 4.1) with PKCE S256 required (RFC 7636). A request whose client or redirect
URI is not exactly ours ends on a page; every other fault goes back to the client.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from auth.demo import page
from auth.demo.issuer import DemoIssuer
from auth.demo.memory import Code, Memory
from auth.demo.people import Subject, everybody, subject
from auth.scopes import WEB
from ehr.db import Database
from ehr.directory import wards
from ehr.i18n.names import fold

_SHOWN = 40
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_KEPT = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


def fault(issuer: DemoIssuer, asked: Mapping[str, str]) -> Response | None:
    """What is answered to a request that cannot be carried on; None for a good one."""
    if asked.get("client_id") != issuer.settings.web_client_id:
        return HTMLResponse(page.refused("Ứng dụng không được biết."), 400, page.HEADERS)
    if asked.get("redirect_uri") not in issuer.redirect_uris:
        return HTMLResponse(page.refused("Địa chỉ quay lại không hợp lệ."), 400, page.HEADERS)
    if asked.get("response_type") != "code":
        return _back(asked, {"error": "unsupported_response_type"})
    if asked.get("code_challenge_method") != "S256":
        return _back(asked, {"error": "invalid_request"})
    if not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
        return _back(asked, {"error": "invalid_request"})
    return None


async def choose(db: Database, request: Request) -> Response:
    """The page of people, filtered by what was typed."""
    typed = request.query_params.get("q", "")
    words = fold(typed).split()
    people: list[Subject] = []
    for account in await everybody(db):
        text = fold(f"{account.name} {account.login}")
        if account.kind != "person" or not all(word in text for word in words):
            continue
        found = await subject(db, account.login or account.external_id)
        if found is not None:
            people.append(found)
        if len(people) == _SHOWN:
            break
    names = {f"/wards/{w.code}": w.name for w in await wards.all_wards(db)}
    kept = {name: request.query_params[name] for name in _KEPT if name in request.query_params}
    return HTMLResponse(page.choose(people, kept, names, typed), headers=page.HEADERS)


async def chosen(
    issuer: DemoIssuer, db: Database, memory: Memory, asked: Mapping[str, str]
) -> Response:
    """The way back to the client, with a code for the person chosen."""
    who = await subject(db, asked.get("login", ""))
    if who is None or not who.is_person:
        return _back(asked, {"error": "access_denied"})
    code = Code(
        login=who.login,
        client=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        scope=asked.get("scope") or WEB,
        challenge=asked["code_challenge"],
    )
    return _back(asked, {"code": memory.new_code(code), "iss": issuer.url})


def _back(asked: Mapping[str, str], answer: dict[str, str]) -> Response:
    if "state" in asked:
        answer["state"] = asked["state"]
    address = f"{asked['redirect_uri']}?{urlencode(answer)}"
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
