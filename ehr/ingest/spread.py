"""A label that a code of one part of a visit calls for is that of every part of the visit.

The reason, the advice or a drug of a visit for HIV tells in free text what its coded diagnosis
hides. The rule holds for what is written together: what is stored already is not written again.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from ehr.access import Label
from ehr.fhir.resource import Resource
from ehr.ingest import labels
from ehr.ingest.change import Change
from ehr.ingest.targets import local_key
from ehr.records.lock import Key
from ehr.turns import InTurns

Part = tuple[Key, Key]
"""What belongs to a visit, and the Encounter that the visit is."""


async def implied(changes: Sequence[Change], bases: Sequence[str]) -> dict[Key, Label]:
    """The labels that the codes of each changed resource call for, or of its visit's others."""
    own = {
        (one.resource_type, one.id): labels.implied(one.resource)
        async for one in InTurns(changes)
        if one.resource is not None
    }
    if len(own) < 2 or not any(own.values()):
        return own
    parts = [
        part
        async for one in InTurns(changes)
        if one.resource is not None
        for part in _parts((one.resource_type, one.id), one.resource, bases)
        if part[0] in own
    ]
    return _spread(own, parts)


def _spread(own: dict[Key, Label], parts: Sequence[Part]) -> dict[Key, Label]:
    of_visit: dict[Key, Label] = {}
    for part, visit in parts:
        of_visit[visit] = of_visit.get(visit, Label.NONE) | own[part]
    found = dict(own)
    for part, visit in parts:
        found[part] |= of_visit[visit]
    return found


def _parts(own: Key, resource: Resource, bases: Sequence[str]) -> Iterator[Part]:
    """An Encounter is a part of itself, and so are its diagnoses; others say whose they are."""
    if own[0] == "Encounter":
        yield own, own
        for diagnosis in resource.get("diagnosis", ()):
            for key in _keys(diagnosis.get("condition"), bases):
                yield key, own
        return
    context = resource.get("context")
    within = context.get("encounter") if isinstance(context, dict) else None
    for holder in (resource.get("encounter"), context, within):
        for key in _keys(holder, bases):
            if key[0] == "Encounter":
                yield own, key


def _keys(holder: Any, bases: Sequence[str]) -> Iterator[Key]:
    """What a Reference names, or each of a list of them."""
    for one in holder if isinstance(holder, list) else (holder,):
        text = one.get("reference") if isinstance(one, dict) else None
        key = local_key(text, bases) if isinstance(text, str) else None
        if key is not None:
            yield key
