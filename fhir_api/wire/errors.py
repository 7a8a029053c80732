"""The one table from an error's class to its HTTP status, and every refusal as an OperationOutcome.

The errors of `ehr.errors` know no HTTP; the three that exist only because of HTTP are here.
Statuses: http://hl7.org/fhir/R4/http.html, section "summary" of each interaction.
"""

from ehr import errors
from ehr.errors import EhrError, Issue
from ehr.fhir.outcome import operation_outcome
from ehr.fhir.resource import dump
from fhir_api.wire.responses import Header, Reply


class NotAcceptable(EhrError):
    """This server answers in JSON only: application/fhir+json of FHIR 4.0."""

    issue_code = "not-supported"


class UnsupportedMediaType(EhrError):
    """This server reads JSON only: application/fhir+json of FHIR 4.0, in UTF-8."""

    issue_code = "not-supported"

    def __init__(self, message: str | None = None, *, headers: tuple[Header, ...] = ()) -> None:
        super().__init__(message)
        self.headers = headers
        """What is read instead, for clients who look at no text."""


class MethodNotAllowed(EhrError):
    """This cannot be done here."""

    issue_code = "not-supported"

    def __init__(self, message: str | None = None, *, allow: str) -> None:
        super().__init__(message)
        self.allow = allow


STATUSES: dict[type[EhrError], int] = {
    errors.Invalid: 400,
    errors.TooCostly: 400,
    errors.NotSupported: 400,
    errors.NotKnown: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    MethodNotAllowed: 405,
    NotAcceptable: 406,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.Duplicate: 412,
    errors.VersionMismatch: 412,
    errors.TooLarge: 413,
    UnsupportedMediaType: 415,
    errors.Unprocessable: 422,
    errors.VersionRequired: 428,
    errors.Throttled: 429,
    errors.Unavailable: 503,
    EhrError: 500,
}
"""Class → status; a class that is not listed has the status of its nearest listed parent."""

RULES = frozenset({"invariant", "code-invalid", "business-rule"})
"""Issues of content that is well formed: with these alone, Invalid is 422 and not 400."""

_RETRY_AFTER_SECONDS = b"2"
_CHALLENGE: Header = (b"www-authenticate", b'Bearer realm="fhir"')
_CHALLENGE_INVALID: Header = (b"www-authenticate", b'Bearer realm="fhir", error="invalid_token"')
UNEXPECTED = Issue("exception", "Something went wrong in the server; it has been noted.")


def status_of(error: EhrError) -> int:
    """The HTTP status of an error."""
    for kind in type(error).__mro__:
        if kind in STATUSES:
            status = STATUSES[kind]
            break
    if status == 400 and all(issue.code in RULES for issue in error.issues):
        return 422
    return status


def refusal(error: EhrError, *, with_token: bool = True) -> Reply:
    """The reply that tells of `error`; `with_token` is whether the caller sent one."""
    return Reply(
        status_of(error),
        dump(operation_outcome(error.issues)),
        headers=_headers(error, with_token),
    )


def failure() -> Reply:
    """The reply to what nobody foresaw: it says nothing of what happened."""
    return Reply(500, dump(operation_outcome((UNEXPECTED,))))


def _headers(error: EhrError, with_token: bool) -> tuple[Header, ...]:
    if isinstance(error, errors.NotKnown):
        return (_CHALLENGE_INVALID if with_token else _CHALLENGE,)
    if isinstance(error, MethodNotAllowed):
        return ((b"allow", error.allow.encode()),)
    if isinstance(error, UnsupportedMediaType):
        return error.headers
    if isinstance(error, errors.Throttled):
        return ((b"retry-after", b"%d" % error.seconds),)
    if isinstance(error, errors.Unavailable):
        return ((b"retry-after", _RETRY_AFTER_SECONDS),)
    return ()
