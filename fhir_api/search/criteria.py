"""Criteria that name one resource: If-None-Exist, `ifNoneExist`, `Patient?identifier=…`.

http://hl7.org/fhir/R4/http.html#ccreate, #cond-update and #transaction. Two callers with equal
criteria are kept apart by a lock, since neither could see what the other is about to store.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from ehr.access import Access
from ehr.db import Tx
from ehr.directory.idempotency import lock
from ehr.errors import Duplicate, InvalidQuery
from ehr.records.find import find
from ehr.records.stored import Stored
from ehr.search.query import SearchQuery
from fhir_api.search.parse import FORMAT, pairs_of, parse


@dataclass(frozen=True, slots=True)
class Criteria:
    """A search that is meant to have one match at most."""

    query: SearchQuery
    text: str
    """The same criteria have the same text, in whatever order they were written."""


def criteria(resource_type: str, text: str) -> Criteria:
    """The criteria of a query string; raises InvalidQuery for none, and for what is ignored else.

    Unknown parameters and those without a value would make it a search for more.
    """
    given = pairs_of(text.removeprefix(f"{resource_type}?").removeprefix("?"))
    pairs = [pair for pair in given if pair[0] not in FORMAT]
    for name, value in pairs:
        if not value:
            raise InvalidQuery(f"The criterion {name[:64]} needs a value.")
    asked = parse((resource_type,), pairs, strict=True)
    if not asked.query.filters:
        raise InvalidQuery("Criteria must name at least one search parameter.")
    return Criteria(
        SearchQuery((resource_type,), asked.query.filters, count=2),
        f"{resource_type}?{urlencode(sorted(pairs))}",
    )


def criteria_of_create(
    resource_type: str, header: bytes | None, query: str, base: str
) -> Criteria | None:
    """Those of a conditional create, or None: in If-None-Exist, or in the URL's query.

    Some clients (fhirpy) put them into the URL, as of a conditional update; to ignore them there
    would make duplicates. Raises InvalidQuery for both, and for what is asked elsewhere.
    """
    in_url = any(name not in FORMAT for name, _ in pairs_of(query))
    if header is None:
        return criteria(resource_type, query) if in_url else None
    if in_url:
        raise InvalidQuery("The criteria go into If-None-Exist or into the URL, not into both.")
    return criteria(resource_type, _asked_here(resource_type, header, base))


def _asked_here(resource_type: str, header: bytes, base: str) -> str:
    """The query in `[[base/]Patient]?query`; raises InvalidQuery for another type or base.

    Records elsewhere are not those which are created here.
    """
    try:
        text = header.decode()
    except UnicodeDecodeError:
        raise InvalidQuery("If-None-Exist must be UTF-8, percent-encoded.") from None
    path, mark, query = text.partition("?")
    if not mark or "=" in path:
        return text
    if path not in {"", resource_type, f"{base}/{resource_type}"}:
        raise InvalidQuery(f"The criteria of a create are for {resource_type}, and at {base}.")
    return query


async def hold(tx: Tx, asked: Iterable[Criteria]) -> None:
    """Wait for every transaction that holds one of these criteria, and hold them until the end."""
    await lock(tx, {one.text for one in asked})


async def only_match(
    tx: Tx, asked: Criteria, *, access: Access, without: Set[str] = frozenset()
) -> Stored | None:
    """The one resource that matches, or None; raises Duplicate when there are several."""
    found = await matches(tx, asked, 1, access=access, without=without)
    return found[0] if found else None


async def matches(
    tx: Tx, asked: Criteria, most: int, *, access: Access, without: Set[str] = frozenset()
) -> list[Stored]:
    """All that match but the ids in `without`; raises Duplicate for more than `most`."""
    page = await find(tx, replace(asked.query, count=most + len(without) + 1), access=access)
    found = [one for one in page.matches if one.id not in without]
    if len(found) > most:
        raise Duplicate(
            "Several resources match the criteria."
            if most == 1
            else f"More than {most} resources match the criteria."
        )
    return found
