"""What the references of a write point to: found in the write itself or among what the caller sees.

A reference to another ward's record and one to nothing are refused with the same words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ehr.access import Access, Label, Power
from ehr.db import Tx
from ehr.errors import Issue, Unprocessable
from ehr.fhir.definitions import type_name, type_number
from ehr.fhir.reference import Reference, parse_reference, walk
from ehr.fhir.resource import Resource
from ehr.located import located
from ehr.records.lock import Key
from ehr.search.patients import BY_PROXY
from ehr.turns import InTurns

_ENTRY = "urn:uuid:"
"""How an entry of a transaction is called until it is stored."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a referenced record lies. `pat` of a Patient is its own rid."""

    rid: int
    ward: int
    pat: int | None
    label: Label = Label.NONE


_NAMED = located(
    "unnest(%s::smallint[], %s::text[]) AS w(rtype, id) JOIN resource_directory USING (rtype, id)",
    "rtype",
    "id",
)
_FIND = f"""
SELECT d.rtype, d.id, r.rid, r.ward, r.pat, r.label
FROM {_NAMED} d JOIN resource r ON r.bucket = d.bucket AND r.rid = d.rid
WHERE NOT r.deleted"""  # noqa: S608 - constants
# A resident's transfer updates the Patient row: a write holds it, so as to end in one ward.
_FIND_PATIENTS = _FIND + " ORDER BY r.rid FOR SHARE OF r"
_HOLD = f"""
SELECT r.rid, r.ward FROM {located("unnest(%s::bigint[]) AS t(rid)")} t
JOIN resource r ON r.bucket = t.bucket AND r.rid = t.rid
ORDER BY r.rid FOR SHARE OF r"""  # noqa: S608 - constants


def local_key(text: str, bases: Sequence[str]) -> Key | None:
    """(type, id) of a reference to this server, relative or absolute; None for any other."""
    reference: Reference = parse_reference(text)
    if reference.type is None or reference.id is None:
        return None
    if reference.kind == "relative" or (
        reference.kind == "absolute" and (reference.url or "") in bases
    ):
        return reference.type, reference.id
    return None


async def find(
    tx: Tx, resources: Sequence[Resource], own: Iterable[Key], bases: Sequence[str]
) -> dict[Key, Target]:
    """The records that `resources` refer to, other than those written with them (`own`)."""
    known = set(own)
    keys = {
        key
        async for resource in InTurns(resources)
        for _, holder, name in walk(resource)
        if (key := local_key(holder[name], bases)) is not None and key not in known
    }
    if not keys:
        return {}
    patients = sorted(key for key in keys if key[0] == "Patient")
    others = sorted(key for key in keys if key[0] != "Patient")
    queries = [
        (query, ([type_number(kind) for kind, _ in part], [id for _, id in part]))
        for query, part in ((_FIND_PATIENTS, patients), (_FIND, others))
        if part
    ]
    found = {
        (type_name(rtype), id): Target(rid, ward, pat, Label(label))
        for rows in await tx.fetch_all(queries)
        for rtype, id, rid, ward, pat, label in rows
    }
    if any(one["resourceType"] == BY_PROXY for one in resources):
        return await _held(tx, found)
    return found


async def _held(tx: Tx, found: Mapping[Key, Target]) -> dict[Key, Target]:
    """The targets where their patients are by now, each of whom the write holds."""
    pats = {one.pat for one in found.values() if one.pat is not None}
    wards: dict[int, int] = dict(await tx.fetch(_HOLD, (sorted(pats),)))
    return {
        key: replace(one, ward=wards.get(one.pat, one.ward)) if one.pat is not None else one
        for key, one in found.items()
    }


def require_found(
    resource: Resource, known: Mapping[Key, object], bases: Sequence[str], access: Access
) -> None:
    """Raise Unprocessable, naming each reference to what is not here or not the caller's."""
    if Power.DANGLING_REFERENCES in access.powers:
        return
    issues = tuple(
        Issue(
            "not-found",
            f"The reference '{holder[name]}' points to nothing that is here.",
            expression=path,
            details="reference-not-found",
        )
        for path, holder, name in walk(resource)
        if _leads_nowhere(holder[name], known, bases) and not _is_of_bundle(resource, holder[name])
    )
    if issues:
        raise Unprocessable(issues=issues)


def _leads_nowhere(text: str, known: Mapping[Key, object], bases: Sequence[str]) -> bool:
    """Whether it names what is not known; criteria and entries are resolved by transactions."""
    key = local_key(text, bases)
    if key is not None:
        return key not in known
    if text.startswith(_ENTRY):
        return True
    return "?" in text and parse_reference(text).kind == "conditional"


def _is_of_bundle(resource: Resource, text: str) -> bool:
    """Whether it is between the entries of a Bundle that is stored as one resource."""
    return resource["resourceType"] == "Bundle" and text.startswith(_ENTRY)
