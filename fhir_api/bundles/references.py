"""What the references between a transaction's entries become.

http://hl7.org/fhir/R4/http.html#trules: `fullUrl` is how entries speak of each other; every
reference, uri and narrative link that says it is given the id that the entry now has.
"""

from collections.abc import Mapping, Sequence

from ehr.access import Access
from ehr.db import Tx
from ehr.errors import Duplicate, Invalid, Unprocessable
from ehr.fhir.reference import parse_reference
from ehr.records.stored import Stored
from fhir_api.bundles.entries import placed
from fhir_api.bundles.plan import Sought, Step
from fhir_api.search.criteria import Criteria, only_match


def names_of(steps: Sequence[Step], ids: Sequence[str], base: str) -> dict[str, str]:
    """What entries are called → `Type/id`; `ids` are those they have now, one a step.

    A created entry whose fullUrl is another server's `…/Type/id` is also meant by a relative
    reference to it. Raises Invalid when two entries have one fullUrl.
    """
    names: dict[str, str] = {}
    for step, id in zip(steps, ids, strict=True):
        full_url = step.entry.full_url
        if full_url is None or not id:
            continue
        if full_url in names:
            raise Invalid(
                "Two entries have the same fullUrl.",
                code="duplicate",
                expression=f"{step.entry.place}.fullUrl",
            )
        now = f"{step.target.resource_type}/{id}"
        names[full_url] = now
        if not step.target.id:
            names |= _relative_name(full_url, base, now)
    return names


def _relative_name(full_url: str, base: str, now: str) -> dict[str, str]:
    said = parse_reference(full_url)
    if said.kind != "absolute" or said.type is None or said.url == base:
        return {}
    return {f"{said.type}/{said.id}": now}


async def conditional(
    tx: Tx, references: Mapping[str, Sought], *, access: Access
) -> dict[str, str]:
    """Each conditional reference → `Type/id`; raises Unprocessable unless exactly one matches."""
    found = {}
    for text, sought in references.items():
        with placed(sought.place):
            match = await _one(tx, text, sought.criteria, access)
        found[text] = f"{match.resource_type}/{match.id}"
    return found


async def _one(tx: Tx, text: str, asked: Criteria, access: Access) -> Stored:
    try:
        match = await only_match(tx, asked, access=access)
    except Duplicate:
        raise _unresolved(text, "several resources") from None
    if match is None:
        raise _unresolved(text, "nothing that is here")
    return match


def _unresolved(text: str, what: str) -> Unprocessable:
    return Unprocessable(
        f"The conditional reference '{text[:200]}' matches {what}.",
        code="not-found",
        details="reference-not-found",
    )
