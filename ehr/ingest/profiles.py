"""Whether what is written keeps to the profiles that it claims in `meta.profile`.

What a profile forbids is refused; a profile that is not known here, or a part of one that is not
judged, refuses nothing (docs/decisions/fhir-profiles.md).
"""

from collections.abc import Iterable, Sequence

from ehr.db import Database, Tx
from ehr.directory import profiles
from ehr.errors import Issue, Unprocessable
from ehr.fhir.profiles.judge import Claim, claims, judge
from ehr.fhir.profiles.known import known
from ehr.fhir.resource import Resource
from ehr.records.bound_sets import bound_sets
from ehr.terminology.binding import Bindings
from ehr.terminology.library import Library
from ehr.turns import InTurns

MOST_ISSUES = 100
_ROUNDS = 3
"""Rounds in which value sets are looked for: profiles on types and targets bind to more."""


async def require_kept(tx: Tx, resources: Iterable[Resource]) -> None:
    """Raise Unprocessable with all in which sound `resources` break a profile they claim."""
    async for resource in InTurns(resources):
        found = claims(resource)
        if found:
            issues = [one for one in await judged(tx, found) if one.severity == "error"]
            if issues:
                raise Unprocessable(issues=tuple(issues[:MOST_ISSUES]))


async def judged(source: Database | Tx, found: Sequence[Claim]) -> list[Issue]:
    """What is wrong by the claimed profiles, with warnings for what could not be judged.

    Raises TooCostly.
    """
    await profiles.refresh(source)
    trees = (known().tree(one.canonical) for one in found)
    wanted = frozenset[str]().union(*(tree.bound for tree in trees if tree is not None))
    for _ in range(_ROUNDS):
        bindings = Bindings(await bound_sets(source, wanted) if wanted else Library(), wanted)
        issues = judge(found, known(), bindings)
        if not bindings.missing:
            break
        wanted |= bindings.missing
    return issues
