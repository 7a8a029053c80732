"""One request of a browser: who asked, for what, whose record was shown; one audit event.

`route_class` makes the routes of `/app/api`: they turn every error into a JSON refusal in
Vietnamese, and answer only when the event is on disk. A write that succeeded has its events in
its own transaction already.
"""

import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from ehr.access import Access
from ehr.audit.event import Event, Outcome
from ehr.care.seen import Seen
from ehr.errors import EhrError, Throttled, Unavailable
from ehr.services import Services
from ehr.web.answers import json_answer
from ehr.web.headers import NOT_STORED, is_https, security_headers
from ehr.web.words import RETRY_AFTER, UNEXPECTED, refusal, status_of

_log = structlog.get_logger("tram.web")
_WRONG_REQUEST = {"error": "invalid", "message": "Yêu cầu không đúng dạng."}
_UNEXPECTED = {"error": "exception", "message": UNEXPECTED}
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(slots=True)
class Trail:
    """Filled in while the request is answered."""

    action: str
    address: str | None
    access: Access | None = None
    entity: str | None = None
    patients: tuple[int, ...] = ()
    label: int = 0
    reason: str | None = None
    """Why it was refused, as a code."""
    silent: bool = False
    """Nothing of a person is shown or was recorded already; a refusal still leaves its event."""
    told: bool = False
    """On record already, a refusal too."""

    def shows(self, seen: Seen[Any]) -> None:
        """Put down whose records the answer shows, and with which labels."""
        self.patients, self.label = seen.patients, seen.label

    def event(self, status: int) -> Event | None:
        """What to record of a request that ended so."""
        if status < 400:
            outcome = Outcome.SUCCESS
        else:
            outcome = Outcome.REFUSED if status < 500 else Outcome.FAILED
        if self.told or (self.silent and outcome is Outcome.SUCCESS):
            return None
        return Event(
            self.action,
            self.access,
            self.entity,
            self.patients,
            label=self.label,
            outcome=outcome,
            reason=self.reason,
            address=self.address,
        )


def trail_of(request: Request) -> Trail:
    """The trail of a request, begun when it is first asked for."""
    if not hasattr(request.state, "trail"):
        route = request.scope.get("route")
        address = request.client.host if request.client else None
        request.state.trail = Trail(getattr(route, "name", "web"), address)
    trail: Trail = request.state.trail
    return trail


def route_class(services: Services) -> type[APIRoute]:
    """The class of routes that refuse in JSON, record, and send the security headers."""
    headers = security_headers(https=is_https(services.settings)) | NOT_STORED

    class ApiRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            answer = super().get_route_handler()

            async def handle(request: Request) -> Response:
                trail = trail_of(request)
                response = await _answered(answer, request, trail)
                try:
                    event = trail.event(response.status_code)
                    if event:
                        await services.audit.record(event)
                except Unavailable as error:
                    response = _refused(error)
                response.headers.update(headers)
                return response

            return handle

    return ApiRoute


async def _answered(answer: Handler, request: Request, trail: Trail) -> Response:
    """The answer, or the refusal, whose code the trail then holds."""
    try:
        return await answer(request)
    except EhrError as error:
        trail.reason = error.issues[0].details or error.issues[0].code
        return _refused(error)
    except RequestValidationError:
        trail.reason = "invalid"
        return json_answer(_WRONG_REQUEST, 422)
    except Exception as error:
        # The text of an exception may hold clinical content: only its class and place are logged.
        _log.error("failed", error=type(error).__name__, where=_where(error))
        trail.reason = "exception"
        return json_answer(_UNEXPECTED, 500)


def _where(error: Exception) -> str:
    """Files and lines, without values."""
    return " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )


def _refused(error: EhrError) -> Response:
    status = status_of(error)
    response = json_answer(refusal(error), status)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.seconds)
    elif status in RETRY_AFTER:
        response.headers["Retry-After"] = RETRY_AFTER[status]
    return response
