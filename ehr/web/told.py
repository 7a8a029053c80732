"""What the OpenAPI document tells of an endpoint: a sentence, its answers, its refusals.

`told(…)` gives the arguments of a route's decorator; `schemas` the shapes that were named so.
https://spec.openapis.org/oas/v3.1.0.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Response

Security = Sequence[dict[str, list[str]]]
BEARER, SESSION, CSRF = "bearer", "session", "csrf"
READER: Security = ({SESSION: []},)
WRITER: Security = ({SESSION: [], CSRF: []},)
EITHER: Security = ({BEARER: []}, {SESSION: []})

_REF = "#/components/schemas/{name}"
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "The same request under the same key is done once and answered alike.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "string"}}}


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong; `field` is the path of the field in the document that was sent."""

    field: str | None
    message: str


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """`error` is a stable code, `message` a Vietnamese sentence; `faults`: all, where several."""

    error: str
    message: str
    field: str | None = None
    faults: list[Fault] = []


_named: dict[str, type] = {Refusal.__name__: Refusal}
"""Every shape that an endpoint names."""


def told(
    summary: str,
    answer: type | str | None = None,
    *,
    status: int = 200,
    security: Security = (),
    refused: Sequence[int] = (),
    document: type | None = None,
    more: Mapping[int, type | str] | None = None,
    query: Mapping[str, tuple[str, str, bool]] | None = None,
    file: str | None = None,
) -> dict[str, Any]:
    """Arguments of a route: `answer` is a shape, or the media type of what has none.

    `refused` are the statuses of its Refusals; `more` other answers; `document` what is sent, which
    asks for an Idempotency-Key too; `query` parameters that the endpoint reads itself: (what it
    means, its pattern, whether it is needed); `file` another media type of the answer.
    """
    responses = {status: _response(status, answer)}
    if file is not None:
        responses[status]["content"][file] = {}
    responses |= {code: _response(code, Refusal) for code in refused}
    responses |= {code: _response(code, shape) for code, shape in (more or {}).items()}
    extra: dict[str, Any] = {"security": [dict(one) for one in security]}
    if document is not None:
        extra["requestBody"] = {"required": True, "content": _content(document)}
        extra["parameters"] = [_IDEMPOTENCY_KEY]
    if query is not None:
        extra["parameters"] = [_parameter(name, *rest) for name, rest in query.items()]
    return {
        "summary": summary,
        "status_code": status,
        "response_class": Response,
        "responses": responses,
        "openapi_extra": extra,
    }


def _parameter(name: str, meaning: str, pattern: str, is_needed: bool) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": is_needed,
        "description": meaning,
        "schema": {"type": "string", "pattern": pattern},
    }


def schemas() -> dict[str, Any]:
    """The JSON Schema of every shape named so far, and of those within them."""
    _, components = msgspec.json.schema_components(_named.values(), ref_template=_REF)
    return components


def _response(status: int, answer: type | str | None) -> dict[str, Any]:
    found: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if answer is not None:
        found["content"] = _content(answer)
    if status in {429, 503}:
        found["headers"] = _RETRY_AFTER
    return found


def _content(answer: type | str) -> dict[str, Any]:
    if isinstance(answer, str):
        return {answer: {}}
    _named[answer.__name__] = answer
    return {"application/json": {"schema": {"$ref": _REF.format(name=answer.__name__)}}}
