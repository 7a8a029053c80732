"""The errors of the record store. They know FHIR's issue codes and nothing of HTTP.

    EhrError
    ├── Invalid            the content breaks the specification         (invalid, structure …)
    │   ├── InvalidJson    the body is not the JSON that FHIR allows    (structure)
    │   └── InvalidQuery   a search, header or path says what can't be  (invalid)
    ├── Unprocessable      well formed, against a rule of this server   (business-rule)
    ├── NotFound           not there, or not yours: the same words      (not-found)
    ├── Gone               deleted                                      (deleted)
    ├── NotKnown           who is asking could not be established       (login)
    ├── Forbidden          known, and not allowed                       (forbidden)
    ├── Conflict           two writers met                              (conflict)
    │   └── Duplicate      several, or already there                    (multiple-matches …)
    ├── VersionMismatch    If-Match does not hold                       (conflict)
    ├── VersionRequired    this caller must send If-Match               (required)
    ├── TooLarge           over a limit of size                         (too-long)
    ├── TooCostly          over a limit of cost                         (too-costly)
    ├── NotSupported       FHIR has it, this server does not            (not-supported)
    ├── Throttled          too many requests                            (throttled)
    └── Unavailable        the database or the audit cannot be reached  (transient)

The issue types are those of http://hl7.org/fhir/R4/valueset-issue-type.html. `fhir_api.wire.errors`
is the one table from class to HTTP status.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One OperationOutcome.issue: `expression` is a FHIRPath such as `Patient.name[0].family`."""

    code: str
    diagnostics: str
    expression: str | None = None
    severity: Severity = "error"
    details: str | None = None
    """A code of this server for the same thing, stable for programs (`details.coding`)."""


class EhrError(Exception):
    """Something went wrong in the record store."""

    issue_code: ClassVar[str] = "exception"

    def __init__(
        self,
        message: str | None = None,
        *,
        expression: str | None = None,
        code: str | None = None,
        details: str | None = None,
        issues: tuple[Issue, ...] = (),
    ) -> None:
        text = message or (type(self).__doc__ or "").splitlines()[0]
        super().__init__(text)
        self.issues = issues or (
            Issue(code or self.issue_code, text, expression=expression, details=details),
        )


class Invalid(EhrError):
    """The content breaks the FHIR R4 specification."""

    issue_code = "invalid"


class InvalidJson(Invalid):
    """The body is not valid JSON as FHIR uses it."""

    issue_code = "structure"


class InvalidQuery(Invalid):
    """The request cannot be understood."""


class Unprocessable(EhrError):
    """The content breaks a rule of this server."""

    issue_code = "business-rule"


class NotFound(EhrError):
    """There is no such resource, or it is not yours to see."""

    issue_code = "not-found"


class Gone(EhrError):
    """The resource was deleted."""

    issue_code = "deleted"


class NotKnown(EhrError):
    """A valid bearer token is required."""

    issue_code = "login"


class Forbidden(EhrError):
    """You are not allowed to do this."""

    issue_code = "forbidden"


class Conflict(EhrError):
    """Another writer was at work on the same resource; try again."""

    issue_code = "conflict"


class Duplicate(Conflict):
    """Several resources match."""

    issue_code = "multiple-matches"


class VersionMismatch(EhrError):
    """The resource has changed since the version you named."""

    issue_code = "conflict"


class VersionRequired(EhrError):
    """Name the version you change with If-Match."""

    issue_code = "required"


class TooLarge(EhrError):
    """The body is too large."""

    issue_code = "too-long"


class TooCostly(EhrError):
    """The request asks for too much at once."""

    issue_code = "too-costly"


class NotSupported(EhrError):
    """This server does not support that."""

    issue_code = "not-supported"


class Throttled(EhrError):
    """Too many requests; wait a little."""

    issue_code = "throttled"

    def __init__(
        self, message: str | None = None, *, seconds: int = 2, again: bool = False
    ) -> None:
        """`seconds` are worth waiting; `again`: this caller was told so a moment ago."""
        super().__init__(message)
        self.seconds = seconds
        self.again = again


class Unavailable(EhrError):
    """The service cannot reach its database; try again in a moment."""

    issue_code = "transient"
