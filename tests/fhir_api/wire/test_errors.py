"""Every error of the store has a status, and every refusal is an OperationOutcome."""

import pytest

from ehr import errors
from ehr.errors import EhrError, Issue
from ehr.fhir.resource import parse
from fhir_api.wire.errors import (
    STATUSES,
    MethodNotAllowed,
    NotAcceptable,
    UnsupportedMediaType,
    failure,
    refusal,
    status_of,
)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.Invalid(), 400, "invalid"),
        (errors.InvalidJson(), 400, "structure"),
        (errors.InvalidQuery(), 400, "invalid"),
        (errors.NotSupported(), 400, "not-supported"),
        (errors.TooCostly(), 400, "too-costly"),
        (errors.NotKnown(), 401, "login"),
        (errors.Forbidden(), 403, "forbidden"),
        (errors.NotFound(), 404, "not-found"),
        (MethodNotAllowed(allow="GET"), 405, "not-supported"),
        (NotAcceptable(), 406, "not-supported"),
        (errors.Conflict(), 409, "conflict"),
        (errors.Gone(), 410, "deleted"),
        (errors.Duplicate(), 412, "multiple-matches"),
        (errors.VersionMismatch(), 412, "conflict"),
        (errors.TooLarge(), 413, "too-long"),
        (UnsupportedMediaType(), 415, "not-supported"),
        (errors.Unprocessable(), 422, "business-rule"),
        (errors.VersionRequired(), 428, "required"),
        (errors.Throttled(), 429, "throttled"),
        (errors.Unavailable(), 503, "transient"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, EhrError) else str(value),
)
def test_an_error_is_an_outcome(error: EhrError, status: int, code: str) -> None:
    reply = refusal(error)
    outcome = parse(reply.body)
    assert reply.status == status
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"] == [
        {"severity": "error", "code": code, "diagnostics": str(error)},
    ]


def test_every_error_of_the_tree_has_a_status_of_its_own_or_of_its_parent() -> None:
    direct = {kind for kind in vars(errors).values() if EhrError in getattr(kind, "__bases__", ())}
    assert len(direct) > 10
    assert direct <= STATUSES.keys()


def test_content_against_rules_alone_is_unprocessable() -> None:
    rule = Issue("invariant", "A contact needs a name.", "Patient.contact[0]")
    form = Issue("structure", "No such element.", "Patient.foo")
    assert status_of(errors.Invalid(issues=(rule,))) == 422
    assert status_of(errors.Invalid(issues=(rule, form))) == 400


def test_headers_say_what_to_do_next() -> None:
    assert refusal(errors.NotKnown()).headers == (
        (b"www-authenticate", b'Bearer realm="fhir", error="invalid_token"'),
    )
    assert refusal(errors.NotKnown(), with_token=False).headers == (
        (b"www-authenticate", b'Bearer realm="fhir"'),
    )
    assert refusal(MethodNotAllowed(allow="GET, HEAD")).headers == ((b"allow", b"GET, HEAD"),)
    for error in (errors.Throttled(), errors.Unavailable()):
        assert refusal(error).headers == ((b"retry-after", b"2"),)


def test_what_nobody_foresaw_says_nothing_of_it() -> None:
    reply = failure()
    assert reply.status == 500
    assert parse(reply.body)["issue"][0]["code"] == "exception"
