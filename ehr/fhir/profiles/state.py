"""What the walk through a resource carries along: where it is, what it found, what it may cost."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from ehr.errors import TooCostly
from ehr.fhir.definitions import is_resource_type
from ehr.fhir.fhirpath.compiler import Environment
from ehr.fhir.fhirpath.nodes import Node as Item
from ehr.fhir.profiles.tree import Node, Tree

MOST_STEPS = 300_000
"""Items looked at for one resource: about half a second."""


class Vocabulary(Protocol):
    """What is known of value sets."""

    def holds(self, value_set: str, system: str | None, code: str) -> bool | None:
        """Whether a code is in it; None where that cannot be told."""


class Trees(Protocol):
    """The profiles that are known."""

    def tree(self, canonical: str) -> Tree | None:
        """The profile of a canonical URL, with `|version` or without; None for an unknown one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or could not be judged, at one place; `text` is a sentence without it."""

    place: str
    code: str
    text: str
    severity: str = "error"


class Budget:
    """Counts the items looked at."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MOST_STEPS

    def spend(self) -> None:
        """Raises TooCostly when nothing is left."""
        self.left -= 1
        if self.left < 0:
            raise TooCostly("The resource takes too many steps to judge by its profiles.")


Visit = Callable[[Item, str, Node, "State"], None]


@dataclass(frozen=True, slots=True)
class State:
    """One walk by one profile; those inside it share all but what they replace."""

    env: Environment
    """Of the resource (`%resource`) and the outermost (`%rootResource`)."""
    trees: Trees
    vocabulary: Vocabulary
    visit: Visit
    """`walk.visit`, for what leads back to it."""
    budget: Budget = field(default_factory=Budget)
    found: list[Finding] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    """Profiles and value sets that are not known here."""
    entered: frozenset[tuple[int, str]] = frozenset()
    """(item, profile) being walked, so that a profile which leads to itself ends."""

    @property
    def root(self) -> dict[str, Any]:
        """The outermost resource."""
        root: dict[str, Any] = self.env.root[0]
        return root

    def tell(self, place: str, code: str, text: str, severity: str = "error") -> None:
        """Note a finding."""
        self.found.append(Finding(place, code, text, severity))

    def environment(self, item: Item) -> Environment:
        """What an expression asked of `item` may name."""
        return Environment(self.env.resource, self.env.root, item)

    def trial(self) -> "State":
        """The same with findings of its own."""
        return replace(self, found=[])

    def entering(self, item: Item, canonical: str) -> "State | None":
        """The state inside a profile, None when the walk is there already."""
        key = (id(item[0]), canonical)
        if key in self.entered:
            return None
        env = self.env
        if is_resource_type(item[1]) and item[0] is not env.resource[0]:
            env = Environment(item, env.root, item)
        return replace(self, env=env, entered=self.entered | {key})
