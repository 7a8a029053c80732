"""The profiles that this process knows: those of R4, and those that clients have stored.

One immutable value, swapped whole by `install`; the tree of a profile is grown when it is first
asked for and kept with the value.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property

import msgspec

from ehr.fhir import definitions
from ehr.fhir.profiles.definition import Profile
from ehr.fhir.profiles.prune import prune
from ehr.fhir.profiles.tree import Tree, grown
from ehr.fhir.profiles.types import core_type
from ehr.fhir.resource import parse

R4 = "4.0.1"
_LONGEST_LINE = 20


def read(entry: bytes | msgspec.Raw) -> Profile:
    """A profile as it is kept; number literals stay as they were."""
    return msgspec.convert(parse(bytes(entry)), Profile)


@cache
def official(url: str) -> Profile | None:
    """A profile of the specification."""
    entry = definitions.profile_entries().get(url)
    return None if entry is None else read(entry)


class Known:
    """The official profiles and `stored`, the oldest first."""

    def __init__(self, stored: Iterable[Profile] = ()) -> None:
        self.stored: Mapping[str, list[Profile]] = {}
        of: dict[str, list[Profile]] = {}
        for one in stored:
            of.setdefault(one.url, []).append(one)
        self.stored = of
        self._trees: dict[int, Tree] = {}

    def find(self, canonical: str) -> Profile | None:
        """The profile of a canonical URL: of that version, else the newest."""
        url, _, version = canonical.partition("|")
        own = official(url)
        if own is not None and version in {"", own.version or R4}:
            return own
        matching = [one for one in self.stored.get(url, ()) if version in {"", one.version}]
        return matching[-1] if matching else None

    def tree(self, canonical: str) -> Tree | None:
        """The profile ready to be walked; None for an unknown one."""
        profile = self.find(canonical)
        if profile is None:
            return None
        if id(profile) not in self._trees:
            line, missing = self._line(profile)
            tree = grown(profile.url, line, missing)
            prune(tree.root, tree.type)
            self._trees[id(profile)] = replace(tree, bound=tree.root.bound())
        return self._trees[id(profile)]

    def _line(self, profile: Profile) -> tuple[list[Profile], list[str]]:
        """(what it is derived from, nearest to the type first, and itself; what is missing)."""
        line = [profile]
        while core_type(line[0].base) is None:
            above = self.find(line[0].base)
            if above is None or above in line or len(line) == _LONGEST_LINE:
                return line, [line[0].base]
            line.insert(0, above)
        return line, []

    @cached_property
    def of_types(self) -> Mapping[str, list[str]]:
        """Resource type → canonical URLs of the profiles on it."""
        found: dict[str, list[str]] = {}
        for kind, canonical in self._of_types():
            found.setdefault(kind, []).append(canonical)
        return found

    def _of_types(self) -> Iterator[tuple[str, str]]:
        for url, entry in definitions.profile_entries().items():
            kind = msgspec.json.decode(entry, type=_Typed).type
            if definitions.is_resource_type(kind):
                yield kind, url
        for url, versions in self.stored.items():
            for one in versions:
                if definitions.is_resource_type(one.type):
                    yield one.type, f"{url}|{one.version}" if one.version else url


class _Typed(msgspec.Struct):
    type: str


_known = Known()


def known() -> Known:
    """The profiles as this process knows them now."""
    return _known


def install(stored: Iterable[Profile]) -> None:
    """Make these the profiles that clients have stored."""
    global _known  # noqa: PLW0603 - the one place that holds it
    _known = Known(stored)
