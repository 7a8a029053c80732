"""What a search parameter is: its official definition, its number, and where it is indexed."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "string", "token", "reference", "date", "quantity", "number", "uri", "composite", "special"
]
Storage = Literal[
    "id", "lu", "date", "code", "pat", "enc", "tok", "key", "reference",
    "string", "dates", "quantity", "composite", "text", "none",
]  # fmt: skip
"""Where the values are: `id` the directory; `lu`, `date` (dlo, dhi), `code`, `pat`, `enc` and `tok`
columns of resource_index; `key` index_key; `reference` tok or index_key, as the target's type
says; `string`, `dates` and `quantity` the side tables; `composite` with its components; `text`
the full text; or nowhere."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of one resource type (http://hl7.org/fhir/R4/searchparameter-registry.html).

    `number` is committed and never changes: it is part of every hash and every side table row.
    """

    code: str
    kind: Kind
    resource_type: str
    number: int
    storage: Storage
    expression: str | None = None
    types: frozenset[str] = frozenset()
    """FHIR types of its values; empty when not known."""
    targets: tuple[str, ...] = ()
    """Resource types that a reference may name."""
    definition: str | None = None
    """Canonical URL of the SearchParameter."""
    parts: tuple["Parameter", ...] = ()
    """The parameters that hold its values when it is only their union (`combo-code`)."""
    value_sets: frozenset[str] = frozenset()
    """Required bindings of its elements: where the system of a bare code comes from."""
    required: bool = False
    """Whether a valid resource always has a value."""

    places: tuple["Place", ...] = ()
    """The elements of a composite."""
    ready: bool = True
    """Whether every record is indexed by it; not so while a new one's index is made."""

    @property
    def stored(self) -> tuple["Parameter", ...]:
        """The parameters under whose numbers its values are indexed."""
        return self.parts or (self,)

    @property
    def can_be_missing(self) -> bool:
        """Whether `:missing` can be asked for: not of composites and full text."""
        return self.storage not in ("composite", "text")

    @property
    def searchable(self) -> bool:
        """Whether this server can search by it."""
        return self.storage != "none" and self.ready


@dataclass(frozen=True, slots=True)
class Component:
    """One component of a composite at one of its places."""

    parameter: Parameter
    """Where its values are indexed."""
    expression: str
    """From the element to the values."""
    of_resource: bool = False
    """Its values are the whole resource's, not the element's."""


@dataclass(frozen=True, slots=True)
class Place:
    """An element whose parts a composite ties together: `Observation.component`."""

    path: str
    components: tuple[Component, ...]
    single: bool
    """A resource has at most one, so that the components need no tie."""
