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
_FIRST = (
    "clinician.00004",
    "clinician.00145",
    "clinician.00592",
    "admin.00004",
    "analyst.city",
    "auditor",
)
"""Whom the page begins with: one of each role, at the wards that have residents by default."""
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
    """The page of people: a few to begin with, or those that match what was typed."""
    typed = request.query_params.get("q", "")
    names = {f"/wards/{ward.code}": ward.name for ward in await wards.all_wards(db)}
    people = [each for each in await everybody(db) if each.is_person]
    found = _matching(people, fold(typed).split(), names) if typed.strip() else _first(people)
    kept = {name: request.query_params[name] for name in _KEPT if name in request.query_params}
    text = page.choose(
        found[:_SHOWN], kept, names, asked=typed, others=len(people) - len(found[:_SHOWN])
    )
    return HTMLResponse(text, headers=page.HEADERS)


def _first(people: list[Subject]) -> list[Subject]:
    by_login = {each.login: each for each in people}
    return [by_login[login] for login in _FIRST if login in by_login] or people


def _matching(people: list[Subject], words: list[str], names: Mapping[str, str]) -> list[Subject]:
    """Those in whose name, login or wards every word is, whatever the accents."""
    return [
        each
        for each in people
        if all(
            word in fold(" ".join([each.account.name, each.login, *_places(each, names)]))
            for word in words
        )
    ]


def _places(subject: Subject, names: Mapping[str, str]) -> list[str]:
    return [names.get(group, group) for group in subject.groups]


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
