"""The demo issuer's pages and endpoints, as one router to include in the application."""

from collections.abc import Awaitable, Callable
from hmac import compare_digest
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from auth.demo import authorize, people
from auth.demo import secrets as files
from auth.demo.guard import is_local
from auth.demo.issuer import PATH, DemoIssuer
from auth.demo.memory import Memory
from auth.demo.token import Refused, TokenEndpoint
from ehr.db import Database

_NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_LONGEST_FORM = 64 * 1024
Handler = Callable[[Request], Awaitable[Response]]


def router(issuer: DemoIssuer, db: Database) -> APIRouter:
    """Everything under /demo-issuer; 404 for whoever is not on this machine."""
    endpoints = _Endpoints(issuer, db)
    routes: list[tuple[str, str, Handler]] = [
        ("GET", "/.well-known/openid-configuration", endpoints.metadata),
        ("GET", "/certs", endpoints.certs),
        ("GET", "/authorize", endpoints.show_people),
        ("POST", "/authorize", endpoints.choose),
        ("POST", "/token", endpoints.token),
        ("POST", "/revoke", endpoints.revoke),
        ("POST", "/logout", endpoints.logout),
        ("GET", "/logout", endpoints.leave),
        ("GET", "/mint", endpoints.names),
        ("POST", "/mint", endpoints.mint),
    ]
    return APIRouter(
        routes=[
            Route(f"{PATH}{path}", _guarded(handler), methods=[method], include_in_schema=False)
            for method, path, handler in routes
        ]
    )


def _guarded(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        if not is_local(request):
            return PlainTextResponse("Not found", 404)
        return await handler(request)

    return answer


class _Endpoints:
    def __init__(self, issuer: DemoIssuer, db: Database) -> None:
        self._issuer = issuer
        self._db = db
        self._memory = Memory()
        self._tokens = TokenEndpoint(issuer, db, self._memory)

    async def metadata(self, request: Request) -> Response:
        found: dict[str, Any] = msgspec.to_builtins(await self._issuer.metadata())
        return JSONResponse(
            {name: value for name, value in found.items() if value}
            | {
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
                "grant_types_supported": [
                    "authorization_code",
                    "refresh_token",
                    "client_credentials",
                ],
                "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
            }
        )

    async def certs(self, request: Request) -> Response:
        return JSONResponse(await self._issuer.jwks())

    async def show_people(self, request: Request) -> Response:
        fault = authorize.fault(self._issuer, request.query_params)
        return fault or await authorize.choose(self._db, request)

    async def choose(self, request: Request) -> Response:
        asked = await _form(request)
        fault = authorize.fault(self._issuer, asked)
        return fault or await authorize.chosen(self._issuer, self._db, self._memory, asked)

    async def token(self, request: Request) -> Response:
        try:
            answer = await self._tokens.answer(await _form(request))
        except Refused as refused:
            return _refusal(refused)
        return JSONResponse(answer, headers=_NOT_STORED)

    async def revoke(self, request: Request) -> Response:
        self._tokens.end((await _form(request)).get("token", ""))
        return Response(headers=_NOT_STORED)

    async def logout(self, request: Request) -> Response:
        self._tokens.end((await _form(request)).get("refresh_token", ""))
        return Response(status_code=204, headers=_NOT_STORED)

    async def leave(self, request: Request) -> Response:
        address = request.query_params.get("post_logout_redirect_uri")
        if address not in self._issuer.logout_uris:
            return PlainTextResponse("Đã đăng xuất.")
        return RedirectResponse(address, 303)

    async def names(self, request: Request) -> Response:
        if not self._knows_secret(request):
            return PlainTextResponse("Not found", 404)
        return JSONResponse(
            [
                {
                    "login": each.login,
                    "name": each.account.name,
                    "roles": each.roles,
                    "groups": each.groups,
                }
                for each in await people.everybody(self._db)
            ]
        )

    async def mint(self, request: Request) -> Response:
        if not self._knows_secret(request):
            return PlainTextResponse("Not found", 404)
        asked = await _form(request)
        try:
            token = await self._tokens.mint(asked.get("login", ""), asked.get("scope"))
        except Refused as refused:
            return _refusal(refused)
        return JSONResponse({"access_token": token}, headers=_NOT_STORED)

    def _knows_secret(self, request: Request) -> bool:
        shown = request.headers.get("x-demo-secret", "").encode()
        return compare_digest(shown, files.mint_secret(self._issuer.settings.data_dir).encode())


def _refusal(refused: Refused) -> Response:
    code = str(refused)
    status = 401 if code == "invalid_client" else 400
    return JSONResponse({"error": code}, status, _NOT_STORED)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; of a field that comes twice, or a form too long, nothing."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return {}
    try:
        pairs = parse_qsl(body.decode(), max_num_fields=50)
    except ValueError:
        return {}
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else {}
