"""What the references between a transaction's entries become.

http://hl7.org/fhir/R4/http.html#trules: `fullUrl` is how entries speak of each other; every
reference, uri and narrative link that says it is given the id that the entry now has.
"""

from collections.abc import Iterator, Mapping, Sequence

from ehr.access import Access, Verb
from ehr.db import Tx
from ehr.errors import Duplicate, Invalid, Unprocessable
from ehr.fhir.reference import parse_reference
from ehr.search import recheck
from fhir_api.bundles.acts import Act
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
    tx: Tx, references: Mapping[str, Sought], acts: Sequence[Act], *, access: Access
) -> dict[str, str]:
    """Each conditional reference → `Type/id`; raises Unprocessable unless exactly one matches.

    They are resolved as after the writes: what the transaction stores counts, what it deletes
    does not.
    """
    found = {}
    for text, sought in references.items():
        with placed(sought.place):
            id = await _one(tx, text, sought.criteria, acts, access)
        found[text] = f"{sought.criteria.query.types[0]}/{id}"
    return found


async def _one(tx: Tx, text: str, asked: Criteria, acts: Sequence[Act], access: Access) -> str:
    kind = asked.query.types[0]
    ids = {id for act in acts if act.call.resource_type == kind for id in _stored_by(act, asked)}
    deleted = {one.id for act in acts for one in act.deletions if one.resource_type == kind}
    try:
        stored = await only_match(tx, asked, access=access, without=deleted)
    except Duplicate:
        raise _several(text) from None
    if stored is not None:
        ids.add(stored.id)
    if not ids:
        raise _unresolved(text, "nothing that is here", "not-found")
    if len(ids) > 1:
        raise _several(text)
    return ids.pop()


def _stored_by(act: Act, asked: Criteria) -> Iterator[str]:
    """The id of what the act stores, if that is what is asked for, as far as can be told before.

    That is: by the same criteria, or by identifiers, which are looked for in the resource itself.
    """
    if act.verb is Verb.DELETE or not act.writes or act.resource is None:
        return
    keyed = recheck.keyed(asked.query)
    all_keyed = len(keyed) == len(asked.query.filters)
    same = act.step.criteria is not None and act.step.criteria.text == asked.text
    if same or (all_keyed and recheck.holds(keyed, act.resource)):
        yield act.id


def _several(text: str) -> Unprocessable:
    return _unresolved(text, "several resources", "multiple-matches")


def _unresolved(text: str, what: str, code: str) -> Unprocessable:
    return Unprocessable(
        f"The conditional reference '{text[:200]}' matches {what}.",
        code=code,
        details="reference-not-found",
    )
