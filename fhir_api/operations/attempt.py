"""Try a write and undo it: what $validate asks of `ehr.ingest`, whose rules it thereby has."""

from collections.abc import Awaitable, Callable

from ehr.db import Retry, Tx
from ehr.errors import (
    Conflict,
    EhrError,
    Forbidden,
    Gone,
    Invalid,
    Issue,
    Unprocessable,
    VersionMismatch,
    VersionRequired,
)
from fhir_api.call import Call
from fhir_api.writing import writer

_JUDGEMENTS = (
    *(Conflict, Forbidden, Gone, Invalid, Unprocessable),
    *(VersionMismatch, VersionRequired),
)
"""Refusals that tell of the content, the caller or the record; others, that it cannot be told."""


class _Undo(Exception):
    """The write went through, and is to be undone."""


async def refusals(call: Call, work: Callable[[Tx], Awaitable[object]]) -> list[Issue]:
    """The issues for which `work` would be refused, none if it would be done; it never is.

    Raises what is no judgement: NotFound, Unavailable, TooCostly, Retry …
    """
    try:
        async with call.service.db.transaction(writer(call)) as tx:
            await work(tx)
            raise _Undo
    except _Undo:
        return []
    except Retry:
        raise
    except EhrError as error:
        if not isinstance(error, _JUDGEMENTS):
            raise
        return list(error.issues)
