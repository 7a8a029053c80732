"""Login and logout: `/app/login` sends the browser to the issuer, `/app/callback` brings it back.

What a login is, is decided in `auth.session`; here are the cookies and the pages for a person.
"""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ehr.access import Access
from ehr.errors import EhrError, NotKnown
from ehr.services import Services
from ehr.web.answers import json_answer
from ehr.web.caller import COOKIE, Callers, cookie_of
from ehr.web.headers import NOT_STORED, is_https, security_headers
from ehr.web.shapes import LoggedOut
from ehr.web.told import WRITER, told
from ehr.web.trail import route_class, trail_of
from ehr.web.words import RETRY_AFTER, status_of

STATE_COOKIE = "tram_login"
STATE_SECONDS = 600
HOME = "/app/"
_NOT_LOGGED_OUT = (
    "Đã đăng xuất khỏi Trạm, nhưng chưa đăng xuất được ở nơi cấp tài khoản."
    " Hãy đóng hết cửa sổ trình duyệt."
)
_NOT_KNOWN = (
    "Không đăng nhập được: lần đăng nhập đã quá lâu, bị từ chối,"
    " hoặc tài khoản chưa được giao việc."
)
_NO_ISSUER = "Hệ thống tài khoản tạm thời không trả lời. Thử lại sau giây lát."


def router(services: Services) -> APIRouter:
    """The three addresses of a login's life."""
    routes = APIRouter()
    https = is_https(services.settings)
    headers = security_headers(https=https) | NOT_STORED

    @routes.get(
        "/app/login",
        **told("To the issuer, and back to `next`", status=303, more={503: "text/html"}),
    )
    async def login(next: str = HOME) -> Response:
        try:
            begun = await services.sessions.begin(next)
        except EhrError as error:
            return _page(error, headers)
        response = RedirectResponse(begun.location, 303, headers)
        response.set_cookie(
            STATE_COOKIE, begun.state_cookie, STATE_SECONDS, path="/app", secure=https,
            httponly=True, samesite="lax",
        )  # fmt: skip
        return response

    @routes.get(
        "/app/callback",
        **told(
            "Where the issuer sends the browser back to",
            status=303,
            more={401: "text/html", 503: "text/html"},
        ),
    )
    async def callback(
        request: Request, code: str | None = None, state: str | None = None, iss: str | None = None
    ) -> Response:
        try:
            finished = await services.sessions.finish(
                request.cookies.get(STATE_COOKIE, ""),
                code=code,
                state=state,
                issuer=iss,
                address=request.client.host if request.client else None,
                before=cookie_of(request),
            )
        except EhrError as error:
            return _page(error, headers)
        response = RedirectResponse(finished.return_to, 303, headers)
        response.delete_cookie(STATE_COOKIE, path="/app")
        response.set_cookie(
            COOKIE, finished.cookie, path="/", secure=https, httponly=True, samesite="lax"
        )
        return response

    routes.include_router(_logout(services))
    return routes


def _logout(services: Services) -> APIRouter:
    routes = APIRouter(route_class=route_class(services))
    callers = Callers(services)

    @routes.post(
        "/app/logout",
        **told("End the session", LoggedOut, security=WRITER, refused=(401, 403, 429, 503)),
    )
    async def logout(
        request: Request, access: Annotated[Access, Depends(callers.writer)]
    ) -> Response:
        trail = trail_of(request)
        trail.silent = True  # the session's own event says it
        everywhere = await services.sessions.end(cookie_of(request), trail.address)
        warning = None if everywhere else _NOT_LOGGED_OUT
        response = json_answer(LoggedOut(location=HOME, warning=warning))
        response.delete_cookie(COOKIE, path="/")
        return response

    return routes


def _page(error: EhrError, headers: dict[str, str]) -> Response:
    """A page for a person whose login cannot go on, with a way to begin again."""
    status = status_of(error)
    reason = _NOT_KNOWN if isinstance(error, NotKnown) else _NO_ISSUER
    html = (
        "<!doctype html><html lang=vi><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>Đăng nhập · Trạm</title><main><h1>Trạm</h1><p role=alert>{escape(reason)}</p>"
        f"<p><a href='{HOME}'>Đăng nhập lại</a></p></main></html>"
    )
    more = {"Retry-After": RETRY_AFTER[status]} if status in RETRY_AFTER else {}
    return HTMLResponse(html, status, headers | more)
