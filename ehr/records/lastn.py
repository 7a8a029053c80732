"""$lastn: the most recent observations of each code.

http://hl7.org/fhir/R4/observation-operation-lastn.html. Two observations are of one group when
they share a coding (system and code), directly or through others; without any coding, when their
text is the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from ehr.access import Access
from ehr.db import Database, Tx
from ehr.i18n.names import fold
from ehr.records.gather import gather
from ehr.records.stored import Stored
from ehr.search.filters import sort_of
from ehr.search.query import Condition, SearchQuery

Name = tuple[str, str]
"""(system, code), or ("text", the folded text)."""


async def last(
    source: Database | Tx, filters: tuple[Condition, ...], most: int, *, access: Access
) -> list[Stored]:
    """At most `most` observations of each group, newest first; raises as `gather`."""
    query = SearchQuery(("Observation",), filters, sort=(sort_of("Observation", "-date"),))
    found = await gather(source, query, access=access)
    return list(newest_of_each(found, most))


def newest_of_each(found: Iterable[Stored], most: int) -> Iterator[Stored]:
    """Those of `found`, which is newest first, that are among the first `most` of their group."""
    named = [(one, names_of(orjson.loads(one.content).get("code"))) for one in found]
    groups = _Groups()
    for _, names in named:
        groups.join(names)
    taken: dict[Name, int] = {}
    for one, names in named:
        group = groups.of(names[0])
        taken[group] = taken.get(group, 0) + 1
        if taken[group] <= most:
            yield one


def names_of(code: Any) -> list[Name]:
    """What a CodeableConcept is known by."""
    concept = code if isinstance(code, dict) else {}
    codings = [
        (coding.get("system", ""), coding["code"])
        for coding in concept.get("coding", ())
        if "code" in coding
    ]
    return codings or [("text", fold(concept.get("text", "")))]


@dataclass(slots=True)
class _Groups:
    """Names that mean the same, by way of the observations that carry both."""

    parent: dict[Name, Name]

    def __init__(self) -> None:
        self.parent = {}

    def of(self, name: Name) -> Name:
        """The name that stands for the group."""
        while (above := self.parent.setdefault(name, name)) != name:
            self.parent[name] = self.parent[above]
            name = above
        return name

    def join(self, names: list[Name]) -> None:
        """Make one group of `names`."""
        first = self.of(names[0])
        for other in names[1:]:
            self.parent[self.of(other)] = first
